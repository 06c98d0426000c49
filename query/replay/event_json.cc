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

std::string who_text(const events::schema::Who* who) {
  if (who == nullptr) return {};
  JsonWriter json;
  json.begin_object();
  json.optional("actor", text_of(who->subject())).optional("issuer", text_of(who->issuer()));
  json.optional("role", text_of(who->role())).optional("site", text_of(who->site()));
  json.optional("purpose", text_of(who->purpose())).optional("source", text_of(who->source()));
  json.end_object();
  return std::move(json).take();
}

}  // namespace

std::string_view effective_text(const events::schema::Facts& facts) {
  const auto date = projections::main_date(facts);
  const events::schema::When* when = date.at;
  if (when == nullptr && date.during != nullptr)
    when = date.during->start() ? date.during->start() : date.during->end();
  return when == nullptr ? std::string_view() : text_of(when->text());
}

void EventLines::begin(const projections::AcceptedEvent& event) {
  events::PositionToken position(log_);
  position.see(event.position);
  head_ = {};
  head_.begin_object().member("position", position.text());
  head_.member("time", events::format_instant(event.known_time));
  head_.member("stream", event.stream_name);
  head_.optional("patient", patient_of_stream(event.stream_name));
  head_.member("commit", events::CommitId{event.position.partition, event.commit}.text());
  who_ = who_text(event.who);
  commit_ = event.position;
}

events::Status EventLines::add(const projections::ReplayedEvent& told, std::string& lines) {
  const auto& event = told.event;
  if (commit_ != event.position) begin(event);
  JsonWriter json = head_;
  json.member("ordinal", std::uint64_t{event.ordinal});
  json.member("effect", events::effect_name(event.effect));
  json.member("type", events::type_name(event.type)).member("id", event.id);
  json.member("version", event.version.value);
  const bool confirmed = event.effect == events::EventEffect::confirmed;
  if (event.facts != nullptr && !confirmed)
    json.optional("effective", effective_text(*event.facts));
  if (!who_.empty()) json.key("who").raw(who_);
  if (told.version != nullptr && !told.version->sealed.empty()) {
    auto document = projections::replayed_document(opener_, event.stream, *told.version);
    if (!document) return document.error();
    // As received, so perhaps over several lines; a string in JSON has no raw line ends.
    std::replace_if(
        document->begin(), document->end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    json.key("resource").raw(*document);
  }
  json.end_object();
  lines.append(std::move(json).take()).push_back('\n');
  return {};
}

}  // namespace query::replay
