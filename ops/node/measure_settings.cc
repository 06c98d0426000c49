#include "ops/node/measure_settings.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "ops/node/documents.h"
#include "ops/node/kept_measures.h"
#include "projections/measures/package.h"
#include "projections/measures/packing.h"

namespace ops::node {
namespace {

namespace json = boost::json;
namespace measures = projections::measures;
using events::Result;
using events::Status;

constexpr std::size_t content_depth_max = 500;

Result<std::vector<std::string>> whole_periods(const std::vector<std::string>& texts) {
  std::vector<std::string> periods;
  for (const auto& text : texts) {
    auto period = measures::read_period(text);
    if (!period) return period.error();
    periods.push_back(std::move(period->text));
  }
  return periods;
}

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

// All that is to be loaded, or all that is wrong with it.
Result<std::vector<measures::Packed>> packages_of(const MeasuresToLoad& wanted) {
  const auto periods = whole_periods(wanted.periods);
  if (!periods) return periods.error();
  measures::Packer packer;
  if (auto read = read_measure_content(wanted.content, packer); !read) return read.error();
  auto packed = packer.pack(wanted.names, *periods);
  if (!packed) return events::invalid("refused, nothing is loaded:\n" + packed.error().message);
  return packed;
}

}  // namespace

Status load_measures(const MeasuresToLoad& wanted, const std::string& url, const Say& say) {
  const auto packed = packages_of(wanted);
  if (!packed) return packed.error();
  auto kept = KeptMeasures::open(url, say);
  if (!kept) return kept.error();
  for (const auto& package : *packed) {
    const auto with_what_is_there = [&](const std::string& there) -> Result<std::string> {
      if (there.empty() || wanted.only_these_periods) return package.payload;
      return measures::with_periods_of(there, package.payload);
    };
    if (auto done = kept->change(package.id, with_what_is_there); !done) return done;
  }
  return {};
}

Status unload_measures(const MeasuresToUnload& wanted, const std::string& url, const Say& say) {
  const auto periods = whole_periods(wanted.periods);
  if (!periods) return periods.error();
  auto kept = KeptMeasures::open(url, say);
  if (!kept) return kept.error();
  const auto rest = [&](const std::string& there) -> Result<std::string> {
    if (periods->empty()) return std::string();
    return measures::without_periods(there, *periods);
  };
  std::vector<std::string> ids;  // all are looked at before one is changed
  for (const auto& measure : wanted.measures) {
    auto id = kept->id_of(measure);
    if (!id) return id.error();
    if (auto possible = kept->check(*id, rest); !possible) return possible;
    ids.push_back(std::move(*id));
  }
  for (const auto& id : ids) {
    if (auto done = kept->change(id, rest); !done) return done;
  }
  return {};
}

}  // namespace ops::node
