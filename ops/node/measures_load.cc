#include "ops/node/measures_load.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>

#include "ops/http/client.h"
#include "ops/node/documents.h"
#include "projections/measures/package.h"
#include "projections/measures/packing.h"

namespace ops::node {
namespace {

namespace json = boost::json;
namespace measures = projections::measures;
using events::Result;
using events::Status;

constexpr std::size_t content_depth_max = 500;

struct MeasuresLoadOptions {
  std::vector<std::filesystem::path> paths;
  std::vector<std::string> names, periods;
  std::string url = "http://127.0.0.1:8080";
};

Status read_measure_content(const std::vector<std::filesystem::path>& paths,
                            measures::Packer& packer) {
  const auto files = find_documents(paths);
  if (!files) return files.error();
  for (const auto& file : *files) {
    Status taken;
    const auto read = read_documents(file, [&](const std::string& text, std::size_t line) {
      json::error_code failed;
      json::parse_options options;
      options.max_depth = content_depth_max;
      const auto document = json::parse(text, failed, {}, options);
      taken = failed ? Status(events::invalid("not JSON")) : packer.add(document);
      if (!taken)
        taken = events::invalid(
            fmt::format("{}:{}: {}", file.filename().string(), line, taken.error().message));
      return taken.has_value();
    });
    if (!read) return read;
    if (!taken) return taken;
  }
  return {};
}

// All that is to be loaded, or all that is wrong with it: nothing was written then.
Result<std::vector<measures::Packed>> packages_of(const MeasuresLoadOptions& options) {
  std::vector<std::string> periods;
  for (const auto& text : options.periods) {
    auto period = measures::read_period(text);
    if (!period) return period.error();
    periods.push_back(std::move(period->text));
  }
  measures::Packer packer;
  if (auto read = read_measure_content(options.paths, packer); !read) return read.error();
  auto packed = packer.pack(options.names, periods);
  if (!packed) return events::invalid("refused, nothing is loaded:\n" + packed.error().message);
  return packed;
}

Status put_measures(const MeasuresLoadOptions& options) {
  const auto packed = packages_of(options);
  if (!packed) return packed.error();
  auto url = http::Url::parse(options.url);
  if (!url) return url.error();
  http::Client client(std::move(*url));
  for (const auto& package : *packed) {
    const auto answer =
        client.ask("PUT", fmt::format("/settings/{}{}", measures::setting_prefix, package.id),
                   {{"Content-Type", "text/plain"}}, package.payload);
    if (!answer) return answer.error();
    if (answer->status != 200 && answer->status != 201)
      return events::invalid(fmt::format("{}: {}", package.id, answer->body));
    fmt::print("{}\n", answer->body);
  }
  return {};
}

}  // namespace

MeasuresLoad add_measures_load(CLI::App& app) {
  auto options = std::make_shared<MeasuresLoadOptions>();
  auto* loading = app.add_subcommand(
      "load", "keep quality measures current on all nodes of a log; not clinically reviewed");
  loading
      ->add_option("path", options->paths,
                   "Measure, Library (ELM) and ValueSet resources, or Bundles of them: .json, "
                   ".ndjson, .gz, .zst")
      ->required();
  loading
      ->add_option("--period", options->periods,
                   "a year, or 2026-01-01/2026-12-31; may be repeated; others are not kept")
      ->required();
  loading->add_option("--measure", options->names, "its name; without: all that are there");
  loading->add_option("--to", options->url, "the server")->capture_default_str();
  return {loading, [options] {
            const auto done = put_measures(*options);
            if (!done) fmt::print(stderr, "chartlog measures: {}\n", done.error().message);
            return done ? 0 : 1;
          }};
}

}  // namespace ops::node
