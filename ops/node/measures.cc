// chartlog measures evaluate PATIENTS… --content PATH… [--measure NAME…] --period FIRST/LAST
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "ops/node/command.h"
#include "ops/node/documents.h"
#include "ops/node/measures_load.h"
#include "projections/quality/content.h"
#include "projections/quality/record.h"

namespace ops::node {
namespace {

namespace json = boost::json;
namespace quality = projections::quality;
using events::Result;
using events::Status;

constexpr std::size_t json_depth_max = 500;

struct MeasuresOptions {
  std::vector<std::filesystem::path> patients;
  std::vector<std::filesystem::path> content;
  std::vector<std::string> measures;
  std::string period;
};

struct Loaded {
  std::string name;
  quality::Measure measure;
  quality::MeasureTotals totals{};
};

// Each document of the files; the first error ends it.
Status for_each_document(const std::vector<std::filesystem::path>& paths,
                         const std::function<Status(const json::value&)>& take) {
  const auto files = find_documents(paths);
  if (!files) return files.error();
  for (const auto& file : *files) {
    Status taken;
    const auto read = read_documents(file, [&](const std::string& text, std::size_t line) {
      json::error_code failed;
      json::parse_options options;
      options.max_depth = json_depth_max;
      const auto document = json::parse(text, failed, {}, options);
      if (failed)
        taken = events::invalid(fmt::format("{}:{}: not JSON", file.filename().string(), line));
      else
        taken = take(document);
      return taken.has_value();
    });
    if (!read) return read;
    if (!taken) return taken;
  }
  return {};
}

// 2025-01-01/2025-12-31: from the first day's beginning to the last day's end, UTC.
Result<quality::Value> period_of(const std::string& text) {
  const auto slash = text.find('/');
  const auto day = [](const std::string& part) -> std::optional<quality::Moment> {
    if (part.size() != 10) return std::nullopt;
    return quality::parse_date_time(part, 0);
  };
  const auto first = day(text.substr(0, slash));
  const auto last = slash == std::string::npos ? std::nullopt : day(text.substr(slash + 1));
  if (!first || !last || quality::milliseconds_of(*first) > quality::milliseconds_of(*last))
    return events::invalid(fmt::format(
        "--period: \"{}\" is no period; write 2025-01-01/2025-12-31, the first day first", text));
  quality::Interval period;
  period.low = quality::Value(quality::earliest(*first));
  period.high = quality::Value(quality::latest(*last));
  return quality::Value(period);
}

// Those named, which must load; without a name all, and what is refused is said and left out.
Result<std::vector<Loaded>> load_measures(const quality::Content& content,
                                          const MeasuresOptions& options) {
  std::vector<Loaded> loaded;
  for (const auto& name : options.measures.empty() ? content.measures() : options.measures) {
    auto measure = content.load(name);
    if (measure) {
      loaded.push_back({name, std::move(*measure)});
    } else if (!options.measures.empty()) {
      return measure.error();
    } else {
      fmt::print(stderr, "refused {}: {}\n", name, measure.error().message);
    }
  }
  if (loaded.empty()) return events::invalid("--content: no measure to evaluate");
  return loaded;
}

void print(const std::vector<Loaded>& measures) {
  fmt::print("measure\tgroup\tpopulation\tcount\n");
  for (const auto& each : measures) {
    std::size_t number = 0;
    for (const auto& group : each.totals.groups) {
      ++number;
      for (const auto& population : group.populations)
        fmt::print("{}\t{}\t{}\t{}\n", each.name, number, population.code, population.count);
    }
    if (each.totals.failed > 0)
      fmt::print(stderr, "{}: {} of {} patients could not be evaluated and are in no count; {}\n",
                 each.name, each.totals.failed, each.totals.patients, each.totals.first_failure);
    if (each.totals.messages > 0)
      fmt::print(stderr, "{}: {} values could not be used\n", each.name, each.totals.messages);
  }
}

Status evaluate(const MeasuresOptions& options) {
  const auto period = period_of(options.period);
  if (!period) return period.error();
  quality::Content content;
  auto read = for_each_document(options.content,
                                [&](const json::value& resource) { return content.add(resource); });
  if (!read) return read;
  auto measures = load_measures(content, options);
  if (!measures) return measures.error();
  read = for_each_document(options.patients, [&](const json::value& bundle) -> Status {
    const quality::Record record(bundle);
    for (auto& each : *measures) each.totals.add(each.measure.evaluate(record, *period));
    return {};
  });
  if (!read) return read;
  print(*measures);
  return {};
}

}  // namespace

Run prepare_measures(CLI::App& app) {
  auto options = std::make_shared<MeasuresOptions>();
  auto* evaluating = app.add_subcommand(
      "evaluate", "count patients in the populations of quality measures; not clinically reviewed");
  app.require_subcommand(1);
  evaluating
      ->add_option("patients", options->patients,
                   "Bundles, one a patient: .json, .ndjson, .gz, .zst")
      ->required();
  evaluating
      ->add_option("--content", options->content,
                   "Measure, Library (ELM) and ValueSet resources, or Bundles of them")
      ->required();
  evaluating->add_option("--measure", options->measures, "its name; without: all of the content");
  evaluating
      ->add_option("--period", options->period, "the measurement period, 2025-01-01/2025-12-31")
      ->required();
  const auto load = add_measures_load(app);
  return [options, load] {
    if (load.command->parsed()) return load.run();
    const auto done = evaluate(*options);
    if (!done) fmt::print(stderr, "chartlog measures: {}\n", done.error().message);
    return done ? 0 : 1;
  };
}

}  // namespace ops::node
