#include "query/replay/event_json.h"

#include <algorithm>

#include "events/clinical_time.h"
#include "events/effect_name.h"
#include "projections/facts_text.h"
#include "projections/main_time.h"
#include "query/json_writer.h"
#include "query/returned.h"

namespace query::replay {
namespace {

using projections::text_of;

void write_who(const events::schema::Who& who, JsonWriter& json) {
  json.key("who").begin_object();
  json.optional("actor", text_of(who.subject())).optional("issuer", text_of(who.issuer()));
  json.optional("role", text_of(who.role())).optional("site", text_of(who.site()));
  json.optional("purpose", text_of(who.purpose())).optional("source", text_of(who.source()));
  json.end_object();
}

}  // namespace

std::string_view effective_text(const events::schema::Facts& facts) {
  const auto date = projections::main_date(facts);
  const events::schema::When* when = date.at;
  if (when == nullptr && date.during != nullptr)
    when = date.during->start() ? date.during->start() : date.during->end();
  return when == nullptr ? std::string_view() : text_of(when->text());
}

std::string event_line(const projections::AcceptedEvent& event, const events::LogId& log,
                       std::string_view document) {
  events::PositionToken position(log);
  position.see(event.position);
  JsonWriter json;
  json.begin_object().member("position", position.text());
  json.member("time", events::format_instant(event.known_time));
  json.member("stream", event.stream_name);
  json.optional("patient", patient_of_stream(event.stream_name));
  json.member("commit", events::CommitId{event.position.partition, event.commit}.text());
  json.member("ordinal", std::uint64_t{event.ordinal});
  json.member("effect", events::effect_name(event.effect));
  json.member("type", events::type_name(event.type)).member("id", event.id);
  json.member("version", event.version.value);
  const bool confirmed = event.effect == events::EventEffect::confirmed;
  if (event.facts != nullptr && !confirmed)
    json.optional("effective", effective_text(*event.facts));
  if (event.who != nullptr) write_who(*event.who, json);
  if (!document.empty()) json.key("resource").raw(document);
  json.end_object();
  return std::move(json).take() + '\n';
}

events::Result<std::string> told_line(const projections::ReplayedEvent& told,
                                      const events::LogId& log, const events::Opener& opener) {
  std::string document;
  if (told.version != nullptr && !told.version->sealed.empty()) {
    auto opened = projections::replayed_document(opener, told.event.stream, *told.version);
    if (!opened) return opened.error();
    document = std::move(*opened);
    // As received, so perhaps over several lines; a string in JSON has no raw line ends.
    std::replace_if(
        document.begin(), document.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  }
  return event_line(told.event, log, document);
}

}  // namespace query::replay
