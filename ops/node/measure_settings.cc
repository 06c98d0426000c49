#include "ops/node/measure_settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json.hpp>
#include <optional>

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

std::string kept_text(const std::string& id, const measures::Payload& payload) {
  std::vector<std::string> periods;
  for (const auto& period : payload.periods) periods.push_back(period.text);
  return fmt::format("{} is kept over {}", id, fmt::join(periods, ", "));
}

// The measures of one log, as their settings are there.
class MeasureSettings {
 public:
  static Result<MeasureSettings> open(const std::string& text, const Say& say) {
    auto url = http::Url::parse(text);
    if (!url) return url.error();
    return MeasureSettings(std::move(*url), say);
  }

  // Nothing: there is none.
  Result<std::optional<std::string>> payload_of(const std::string& id) {
    const auto answer = client_.ask("GET", path_of(id));
    if (!answer) return answer.error();
    if (answer->status == 404) return std::optional<std::string>();
    if (answer->status != 200) return refused(id, *answer);
    return std::optional(answer->body);
  }

  Status put(const std::string& id, const std::string& payload) {
    const auto answer = client_.ask("PUT", path_of(id), {{"Content-Type", "text/plain"}}, payload);
    if (!answer) return answer.error();
    if (answer->status != 200 && answer->status != 201) return refused(id, *answer);
    const auto read = measures::read_payload(payload);
    if (!read) return read.error();
    say_(kept_text(id, *read));
    return {};
  }

  Status remove(const std::string& id) {
    const auto answer = client_.ask("DELETE", path_of(id));
    if (!answer) return answer.error();
    if (answer->status != 200) return refused(id, *answer);
    say_(fmt::format("{} is not kept any more", id));
    return {};
  }

  // The id of the one that is meant, whether it can be read there or not.
  Result<std::string> id_of(const std::string& measure) {
    const auto answer = client_.ask("GET", "/settings");
    if (!answer) return answer.error();
    json::error_code failed;
    const auto document = json::parse(answer->body, failed);
    if (answer->status != 200 || failed) return refused(measure, *answer);
    std::vector<std::string> found;
    for (const auto& setting : document.at("settings").as_array()) {
      const std::string_view name(setting.at("name").as_string());
      if (!name.starts_with(measures::setting_prefix)) continue;
      const std::string id(name.substr(measures::setting_prefix.size()));
      if (id == measure) return id;
      const std::string_view label(setting.at("label").as_string());
      if (label.substr(0, label.rfind(' ')) == measure) found.push_back(id);
    }
    if (found.size() == 1) return found.front();
    return events::invalid(found.empty()
                               ? fmt::format("{}: no measure of this name is loaded", measure)
                               : fmt::format("{}: several versions are loaded; give one of {}",
                                             measure, fmt::join(found, ", ")));
  }

 private:
  MeasureSettings(http::Url url, const Say& say) : client_(std::move(url)), say_(say) {}

  static std::string path_of(const std::string& id) {
    return fmt::format("/settings/{}{}", measures::setting_prefix, id);
  }
  static events::Error refused(const std::string& id, const http::Answer& answer) {
    return events::invalid(fmt::format("{}: {}", id, answer.body));
  }

  http::Client client_;
  const Say& say_;
};

}  // namespace

Status load_measures(const MeasuresToLoad& wanted, const std::string& url, const Say& say) {
  const auto packed = packages_of(wanted);
  if (!packed) return packed.error();
  auto settings = MeasureSettings::open(url, say);
  if (!settings) return settings.error();
  for (const auto& package : *packed) {
    auto payload = package.payload;
    const auto there = settings->payload_of(package.id);
    if (!there) return there.error();
    if (*there && !wanted.only_these_periods) {
      auto all = measures::with_periods_of(**there, payload);
      if (!all) return all.error();
      payload = std::move(*all);
    }
    if (auto put = settings->put(package.id, payload); !put) return put;
  }
  return {};
}

Status unload_measures(const MeasuresToUnload& wanted, const std::string& url, const Say& say) {
  const auto periods = whole_periods(wanted.periods);
  if (!periods) return periods.error();
  auto settings = MeasureSettings::open(url, say);
  if (!settings) return settings.error();
  std::vector<std::pair<std::string, std::string>> left;  // id, payload; empty: to be removed
  for (const auto& measure : wanted.measures) {
    auto id = settings->id_of(measure);
    if (!id) return id.error();
    std::string payload;
    if (!periods->empty()) {
      const auto there = settings->payload_of(*id);
      if (!there) return there.error();
      auto rest = measures::without_periods(there->value_or(""), *periods);
      if (!rest) return events::invalid(fmt::format("{}: {}", *id, rest.error().message));
      payload = std::move(*rest);
    }
    left.emplace_back(std::move(*id), std::move(payload));
  }
  for (const auto& [id, payload] : left) {
    auto done = payload.empty() ? settings->remove(id) : settings->put(id, payload);
    if (!done) return done;
  }
  return {};
}

}  // namespace ops::node
