#include "query/replay/filter.h"

#include <fmt/format.h>

#include "events/clinical_time.h"
#include "events/effect_name.h"
#include "events/schema/clinical_generated.h"
#include "projections/facts_text.h"

namespace query::replay {
namespace {

using events::EventEffect;
using events::KnownTime;
using events::Result;
using events::TimePrecision;
using projections::text_of;

constexpr std::size_t token_colon = 32;  // after the log's id
constexpr EventEffect told_kinds[] = {EventEffect::recorded, EventEffect::amended,
                                      EventEffect::confirmed, EventEffect::deleted};

events::Error refused(std::string_view name, std::string_view text, std::string_view why) {
  return events::invalid(fmt::format("parameter {}: \"{}\" {}", name, text, why),
                         std::string(name));
}

template <class Take>
events::Status each_of(std::string_view list, const Take& take_one) {
  while (true) {
    const auto comma = list.find(',');
    if (auto taken = take_one(list.substr(0, comma)); !taken) return taken;
    if (comma == list.npos) return {};
    list.remove_prefix(comma + 1);
  }
}

events::Status take_kinds(Filter& filter, std::string_view value) {
  return each_of(value, [&](std::string_view word) -> events::Status {
    for (const auto kind : told_kinds) {
      if (events::effect_name(kind) != word) continue;
      filter.kinds.insert(kind);
      return {};
    }
    return refused("kind", word, "is none; write recorded, amended, confirmed or deleted");
  });
}

events::Status take_types(Filter& filter, std::string_view value) {
  return each_of(value, [&](std::string_view name) -> events::Status {
    const auto type = events::type_of_name(name);
    if (!type) return refused("type", name, "is no type of this server; /fhir/metadata lists them");
    filter.types.insert(*type);
    return {};
  });
}

events::Status take_text(std::optional<std::string>& into, std::string_view name,
                         std::string_view value) {
  if (value.empty()) return refused(name, value, "is empty; write who, or leave it out");
  into = std::string(value);
  return {};
}

bool is_said(const std::optional<std::string>& wanted, const flatbuffers::String* said) {
  return !wanted || *wanted == text_of(said);
}

events::Status take_id(std::optional<std::string>& into, std::string_view name,
                       std::string_view value) {
  if (!events::is_fhir_id(value))
    return refused(name, value, "is not an id; ids are 1 to 64 letters, digits, - and .");
  into = std::string(value);
  return {};
}

events::Status take_border(Border& border, std::string_view name, std::string_view value) {
  auto parsed = parse_border(name, value, name == "to");
  if (!parsed) return parsed.error();
  border = std::move(*parsed);
  return {};
}

events::Status take_documents(Filter& filter, std::string_view value) {
  if (value != "true" && value != "false")
    return refused("documents", value, "is neither; write true or false");
  filter.documents = value == "true";
  return {};
}

}  // namespace

Result<Border> parse_border(std::string_view name, std::string_view text, bool inclusive) {
  Border border;
  if (text.find(':') == token_colon) {
    auto token = events::PositionToken::parse(text);
    if (!token) return refused(name, text, token.error().message);
    border.position = std::move(*token);
    return border;
  }
  const auto time = events::parse_clinical_time(text);
  if (!time || time->precision < TimePrecision::day)
    return refused(name, text,
                   "is no day, no instant and no position; write YYYY-MM-DD, YYYY-MM-DDThh:mm:ssZ "
                   "(a + as %2B) or a Chartlog-Position");
  if (time->precision > TimePrecision::day && !time->zone)
    return refused(name, text, "has no zone; end it with Z or with its offset (a + as %2B)");
  border.time = KnownTime(inclusive ? time->high : time->low);
  return border;
}

Result<bool> take(Filter& filter, std::string_view name, std::string_view value) {
  events::Status taken;
  if (name == "patient" || name == "id") {
    taken = take_id(name == "id" ? filter.id : filter.patient, name, value);
  } else if (name == "from" || name == "to") {
    taken = take_border(name == "from" ? filter.from : filter.to, name, value);
  } else if (name == "kind") {
    taken = take_kinds(filter, value);
  } else if (name == "type") {
    taken = take_types(filter, value);
  } else if (name == "actor" || name == "site" || name == "source") {
    auto& into = name == "actor" ? filter.actor : name == "site" ? filter.site : filter.source;
    taken = take_text(into, name, value);
  } else if (name == "documents") {
    taken = take_documents(filter, value);
  } else {
    return false;
  }
  if (!taken) return taken.error();
  return true;
}

bool Filter::takes(const projections::AcceptedEvent& event) const {
  if (from.time && event.known_time < *from.time) return false;
  if (!kinds.empty() && !kinds.contains(event.effect)) return false;
  if (!types.empty() && !types.contains(event.type)) return false;
  if (id && *id != event.id) return false;
  if (!actor && !site && !source) return true;
  return event.who != nullptr && is_said(actor, event.who->subject()) &&
         is_said(site, event.who->site()) && is_said(source, event.who->source());
}

std::optional<projections::EventReplayOptions> Filter::options(events::PartitionId partition,
                                                               const events::Secret& log_secret,
                                                               std::uint32_t partitions) const {
  projections::EventReplayOptions options;
  options.documents = documents;
  options.until = to.time;
  if (patient) {
    options.stream =
        events::stream_key(log_secret, events::patient_stream(events::ResourceId(*patient)));
    if (events::partition_of(*options.stream, partitions) != partition) return std::nullopt;
  }
  if (from.position)
    options.from = from.position->next_offset(partition).value_or(events::Offset{});
  if (to.position) {
    options.end = to.position->next_offset(partition);
    if (!options.end) return std::nullopt;
  }
  return options;
}

std::vector<ops::http::ParameterText> filter_parameters() {
  namespace schema = ops::http::schema;
  return {
      {"patient", "the id of a Patient: only events of that record", schema::fhir_id},
      {"from", "a day (UTC), an instant with zone or a position: what became known from it on"},
      {"to", "the same: what became known up to it; below it for a position"},
      {"kind", "recorded, amended, confirmed, deleted; several with commas",
       R"({"type":"string","pattern":"^(recorded|amended|confirmed|deleted)(,(recorded|amended|confirmed|deleted))*$"})"},
      {"type", "resource types, several with commas"},
      {"id", "of one resource: only its versions", schema::fhir_id},
      {"actor", "who made the change, exactly", R"({"type":"string","minLength":1})"},
      {"site", "where, exactly", R"({"type":"string","minLength":1})"},
      {"source", "the sending system, exactly", R"({"type":"string","minLength":1})"},
      {"documents", "whether each line has its resource", schema::one_of({"true", "false"})}};
}

}  // namespace query::replay
