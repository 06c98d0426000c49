#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "ops/node/command.h"
#include "ops/node/population/population.h"

namespace ops::node {

Run prepare_generate(CLI::App& app) {
  auto options = std::make_shared<PopulationOptions>();
  app.add_option("--patients", options->patients, "how many")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000'000));
  app.add_option("--seed", options->seed, "equal seeds give equal bytes")->capture_default_str();
  app.add_option("--out", options->out, "folder for the bundles, made if absent")->required();
  return [options] {
    const auto written = generate_population(*options);
    if (!written) {
      fmt::print(stderr, "chartlog generate: {}\n", written.error().message);
      return 1;
    }
    fmt::print("wrote {} patients (seed {}) and two information bundles to {}\n", options->patients,
               options->seed, options->out.string());
    return 0;
  };
}

}  // namespace ops::node
