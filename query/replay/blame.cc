#include "query/replay/blame.h"

#include <boost/json.hpp>

#include "projections/facts_text.h"

namespace query::replay {
namespace {

namespace json = boost::json;
using projections::text_of;

// RFC 6901, section 3.
std::string escaped(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c == '~') {
      text += "~0";
    } else if (c == '/') {
      text += "~1";
    } else {
      text += c;
    }
  }
  return text;
}

void flatten(const json::value& value, const std::string& path,
             std::map<std::string, std::string>& into) {
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object)
      flatten(member.value(), path + "/" + escaped(member.key()), into);
  } else if (const auto* array = value.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i)
      flatten((*array)[i], path + "/" + std::to_string(i), into);
  } else {
    into.emplace(path, json::serialize(value));
  }
}

BlamedField field_of(const projections::AcceptedEvent& event) {
  BlamedField field;
  field.version = event.version;
  field.position = event.position;
  field.known_time = event.known_time;
  if (event.who == nullptr) return field;
  field.actor = text_of(event.who->subject());
  field.site = text_of(event.who->site());
  field.source = text_of(event.who->source());
  return field;
}

}  // namespace

events::Status Blame::take(const projections::AcceptedEvent& event, std::string_view document) {
  if (event.effect == events::EventEffect::confirmed) return {};
  if (document.empty()) {
    fields_.clear();
    return {};
  }
  json::error_code fault;
  const auto parsed = json::parse(json::string_view(document.data(), document.size()), fault);
  if (fault) return events::corrupt("a version's document is no JSON: " + fault.message());
  std::map<std::string, std::string> now;
  flatten(parsed, {}, now);
  now.erase("/meta/versionId");
  now.erase("/meta/lastUpdated");
  std::map<std::string, BlamedField> fields;
  for (auto& [path, value] : now) {
    const auto before = fields_.find(path);
    const bool stayed = before != fields_.end() && before->second.value == value;
    BlamedField field = stayed ? before->second : field_of(event);
    field.path = path;
    field.value = std::move(value);
    fields.emplace(path, std::move(field));
  }
  fields_ = std::move(fields);
  return {};
}

std::vector<BlamedField> Blame::fields() const {
  std::vector<BlamedField> all;
  for (const auto& [path, field] : fields_) all.push_back(field);
  return all;
}

}  // namespace query::replay
