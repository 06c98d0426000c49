#include "ops/node/measures_load.h"

#include <fmt/format.h>

#include <memory>

#include "ops/node/measure_settings.h"

namespace ops::node {
namespace {

constexpr const char* default_server = "http://127.0.0.1:8080";

void say_line(std::string_view line) { fmt::print("{}\n", line); }

int ended(const events::Status& done) {
  if (!done) fmt::print(stderr, "chartlog measures: {}\n", done.error().message);
  return done ? 0 : 1;
}

struct MeasuresLoadOptions {
  MeasuresToLoad wanted;
  std::string url = default_server;
};
struct MeasuresUnloadOptions {
  MeasuresToUnload wanted;
  std::string url = default_server;
};

}  // namespace

MeasuresCommand add_measures_load(CLI::App& app) {
  auto options = std::make_shared<MeasuresLoadOptions>();
  auto& wanted = options->wanted;
  auto* loading = app.add_subcommand(
      "load", "keep quality measures current on all nodes of a log; not clinically reviewed");
  loading
      ->add_option("path", wanted.content,
                   "Measure, Library (ELM) and ValueSet resources, or Bundles of them: .json, "
                   ".ndjson, .gz, .zst")
      ->required();
  loading
      ->add_option("--period", wanted.periods,
                   "a year, or 2026-01-01/2026-12-31; may be repeated; beside those that are kept")
      ->required();
  loading->add_flag("--only", wanted.only_these_periods, "keep no other periods");
  loading->add_option("--measure", wanted.names, "its name; without: all that are there");
  loading->add_option("--to", options->url, "the server")->capture_default_str();
  return {loading,
          [options] { return ended(load_measures(options->wanted, options->url, say_line)); }};
}

MeasuresCommand add_measures_unload(CLI::App& app) {
  auto options = std::make_shared<MeasuresUnloadOptions>();
  auto& wanted = options->wanted;
  auto* unloading =
      app.add_subcommand("unload", "keep quality measures no longer, or not over some periods");
  unloading->add_option("measure", wanted.measures, "<name>-<version>, or its name")->required();
  unloading->add_option("--period", wanted.periods,
                        "as it was loaded; may be repeated; without: all of the measure goes");
  unloading->add_option("--to", options->url, "the server")->capture_default_str();
  return {unloading,
          [options] { return ended(unload_measures(options->wanted, options->url, say_line)); }};
}

}  // namespace ops::node
