// chartlog measures load FILE… --period 2026 [--measure NAME…] --to URL
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "ops/node/command.h"

namespace ops::node {

struct MeasuresLoad {
  CLI::App* command;  // as it was added to `app`
  Run run;
};
MeasuresLoad add_measures_load(CLI::App& app);

}  // namespace ops::node
