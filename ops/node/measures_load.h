// chartlog measures load FILE… --period 2026 [--measure NAME…] --to URL
// chartlog measures unload NAME… [--period 2025] --to URL
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "ops/node/command.h"

namespace ops::node {

struct MeasuresCommand {
  CLI::App* command;  // as it was added to `app`
  Run run;
};
MeasuresCommand add_measures_load(CLI::App& app);
MeasuresCommand add_measures_unload(CLI::App& app);

}  // namespace ops::node
