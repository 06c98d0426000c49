#include "ops/node/kept_measures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json.hpp>

#include "projections/measures/package.h"

namespace ops::node {
namespace {

namespace json = boost::json;
namespace measures = projections::measures;
using events::Result;
using events::Status;

// Who comes too late has lost to one who got through, so this many others were faster.
constexpr int tries_max = 20;

std::string kept_text(const std::string& id, const measures::Payload& payload) {
  std::vector<std::string> periods;
  for (const auto& period : payload.periods) periods.push_back(period.text);
  return fmt::format("{} is kept over {}", id, fmt::join(periods, ", "));
}

std::string path_of(const std::string& id) {
  return fmt::format("/settings/{}{}", measures::setting_prefix, id);
}

events::Error refused(const std::string& id, const http::Answer& answer) {
  return events::invalid(fmt::format("{}: {}", id, answer.body));
}

}  // namespace

Result<KeptMeasures> KeptMeasures::open(const std::string& url, const Say& say) {
  auto read = http::Url::parse(url);
  if (!read) return read.error();
  return KeptMeasures(std::move(*read), say);
}

Result<std::string> KeptMeasures::id_of(const std::string& measure) {
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

Status KeptMeasures::change(const std::string& id, const Change& change) {
  for (int tries = 0; tries < tries_max; ++tries) {
    const auto there = read(id);
    if (!there) return there.error();
    const auto payload = change(there->payload);
    if (!payload) return events::invalid(fmt::format("{}: {}", id, payload.error().message));
    const auto done = payload->empty() ? remove(id, *there) : put(id, *payload, *there);
    if (!done) return done.error();
    if (*done) return {};
  }
  return events::Error{events::ErrorCode::conflict,
                       fmt::format("{}: others changed it at each try; it is as they left it", id),
                       {}};
}

Status KeptMeasures::check(const std::string& id, const Change& change) {
  const auto there = read(id);
  if (!there) return there.error();
  const auto payload = change(there->payload);
  if (!payload) return events::invalid(fmt::format("{}: {}", id, payload.error().message));
  return {};
}

Result<KeptMeasures::There> KeptMeasures::read(const std::string& id) {
  const auto answer = client_.ask("GET", path_of(id));
  if (!answer) return answer.error();
  if (answer->status == 404) return There{};
  const auto* tag = answer->header("etag");
  if (answer->status != 200 || tag == nullptr) return refused(id, *answer);
  return There{answer->body, *tag};
}

Result<bool> KeptMeasures::put(const std::string& id, const std::string& payload,
                               const There& seen) {
  const auto condition = seen.tag.empty()
                             ? std::pair<std::string, std::string>("If-None-Match", "*")
                             : std::pair("If-Match", seen.tag);
  const auto answer =
      client_.ask("PUT", path_of(id), {{"Content-Type", "text/plain"}, condition}, payload);
  if (!answer) return answer.error();
  if (answer->status == 412) return false;
  if (answer->status != 200 && answer->status != 201) return refused(id, *answer);
  const auto read = measures::read_payload(payload);
  if (!read) return read.error();
  say_(kept_text(id, *read));
  return true;
}

Result<bool> KeptMeasures::remove(const std::string& id, const There& seen) {
  if (!seen.tag.empty()) {
    const auto answer = client_.ask("DELETE", path_of(id), {{"If-Match", seen.tag}});
    if (!answer) return answer.error();
    if (answer->status == 412) return false;
    if (answer->status != 200) return refused(id, *answer);
  }
  say_(fmt::format("{} is not kept any more", id));
  return true;
}

}  // namespace ops::node
