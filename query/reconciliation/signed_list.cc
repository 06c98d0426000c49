#include "query/reconciliation/signed_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <set>

#include "events/schema/clinical_generated.h"
#include "ops/auth/access.h"
#include "projections/chart.h"
#include "projections/facts_text.h"
#include "query/checks/draft_json.h"
#include "query/reconciliation/signing.h"

namespace query::reconciliation {
namespace {

namespace json = boost::json;
namespace schema = events::schema;
using checks::list_in;
using checks::member_of;
using checks::text_in;
using events::EventEffect;
using events::Result;
using events::Status;
using projections::text_of;
using Type = events::ResourceType;

// The identifier that this program signs with; empty for other lists.
std::string_view key_of(const schema::Facts& facts) {
  const auto* list = facts.of_as_List();
  if (list == nullptr || text_of(list->status()) != "current" || !list->identifiers()) return {};
  for (const auto* one : *list->identifiers()) {
    if (text_of(one->system()) == reconciliation_system) return text_of(one->value());
  }
  return {};
}

SignedEntry entry_of(const json::value& from) {
  SignedEntry entry;
  const auto id = text_in(from, "id");
  entry.line = id.substr(0, id.find('.'));
  if (const auto* flag = member_of(from, "flag")) {
    entry.said = text_in(*flag, "text");
    const auto* codings = list_in(*flag, "coding");
    if (codings != nullptr && !codings->empty()) entry.decision = text_in(codings->front(), "code");
  }
  const auto* item = member_of(from, "item");
  if (item == nullptr) return entry;
  entry.display = text_in(*item, "display");
  const auto reference = text_in(*item, "reference");
  const auto history = reference.find("/_history/");
  entry.name = reference.substr(0, history);
  entry.version = {1};  // what the list's own commit made
  if (history == reference.npos) return entry;
  const auto digits = reference.substr(history + 10);
  std::from_chars(digits.data(), digits.data() + digits.size(), entry.version.value);
  return entry;
}

void read_source(const schema::Facts& facts, SignedList& list) {
  const auto* of = facts.of_as_List();
  if (of->date() != nullptr) list.date = text_of(of->date()->text());
  if (of->notes() != nullptr) {
    for (const auto* note : *of->notes()) list.notes.emplace_back(text_of(note));
  }
  const auto* source = of->source();
  if (source == nullptr) return;
  list.by = {source->type(), std::string(text_of(source->id())),
             std::string(text_of(source->display()))};
}

Result<SignedList> read_list(const Sources& sources, const PatientRead& read, const std::string& id,
                             events::Version now) {
  auto row = read.view->version(read.stream, Type::List, id, {1});
  if (!row) return row.error();
  if (!*row || (*row)->facts.empty())
    return events::corrupt("a signed list has no first version; rebuild the shard");
  SignedList list;
  list.id = id;
  list.amended = now != events::Version{1};
  list.position = (*row)->position;
  list.commit = {(*row)->position.partition, (*row)->commit};
  const auto& facts = *flatbuffers::GetRoot<schema::Facts>((*row)->facts.data());
  list.key = key_of(facts);
  read_source(facts, list);
  auto document = sources.shards.document(read.stream, **row);
  if (!document) return document.error();
  boost::system::error_code fault;
  const auto body = json::parse(*document, fault);
  if (fault) return events::corrupt("a signed list is no JSON");
  if (const auto* entries = list_in(body, "entry")) {
    for (const auto& entry : *entries) list.entries.push_back(entry_of(entry));
  }
  return list;
}

Result<bool> is_signed_list(const PatientRead& read, const events::EventOutcome& event) {
  if (event.type != Type::List || event.effect != EventEffect::recorded) return false;
  const auto row = read.view->current(read.stream, Type::List, event.id.text());
  if (!row) return row.error();
  if (!*row || (*row)->facts.empty()) return false;
  return !key_of(*flatbuffers::GetRoot<schema::Facts>((*row)->facts.data())).empty();
}

std::string_view word_of(EventEffect effect) {
  if (effect == EventEffect::recorded) return "recorded";
  return effect == EventEffect::deleted ? "deleted" : "amended";
}

Status add_since(const PatientRead& read, const projections::Change& change, bool (*counts)(Type),
                 std::vector<Since>& all) {
  for (const auto& event : change.events) {
    const bool changed = event.effect == EventEffect::recorded ||
                         event.effect == EventEffect::amended ||
                         event.effect == EventEffect::deleted;
    if (!changed) continue;
    auto mine = is_signed_list(read, event);
    if (!mine) return mine.error();
    if (!*mine && !counts(event.type)) continue;
    all.push_back({event.effect, event.type, event.id.text(), event.version, change.position});
  }
  return {};
}

}  // namespace

std::size_t SignedList::undecided() const {
  std::set<std::string> open;
  for (const auto& entry : entries) {
    if (entry.decision == "undecided") open.insert(entry.line);
  }
  return open.size();
}

std::string Since::name() const { return fmt::format("{}/{}", events::type_name(type), id); }

Result<std::vector<SignedList>> signed_lists_of(const Sources& sources, const PatientRead& read) {
  std::vector<SignedList> all;
  projections::ChartCursor cursor(*read.view, read.stream, Type::List);
  for (; cursor.valid(); cursor.next()) {
    if (key_of(cursor.facts()).empty()) continue;
    auto list = read_list(sources, read, cursor.id(), cursor.version());
    if (!list) return list.error();
    if (!list->key.empty()) all.push_back(std::move(*list));
  }
  if (auto status = cursor.status(); !status) return status.error();
  std::sort(all.begin(), all.end(), [](const SignedList& a, const SignedList& b) {
    return a.position.offset > b.position.offset;
  });
  return all;
}

// One document is opened, however many there are.
Result<std::optional<SignedList>> newest_signed_list(const Sources& sources,
                                                     const PatientRead& read) {
  std::string newest;
  events::Version version;
  std::optional<events::Offset> at;
  projections::ChartCursor cursor(*read.view, read.stream, Type::List);
  for (; cursor.valid(); cursor.next()) {
    if (key_of(cursor.facts()).empty()) continue;
    const auto row = read.view->version(read.stream, Type::List, cursor.id(), {1});
    if (!row) return row.error();
    if (!*row || (at && (*row)->position.offset <= *at)) continue;
    newest = cursor.id();
    version = cursor.version();
    at = (*row)->position.offset;
  }
  if (auto status = cursor.status(); !status) return status.error();
  if (!at) return std::optional<SignedList>();
  auto list = read_list(sources, read, newest, version);
  if (!list) return list.error();
  return std::optional(std::move(*list));
}

Result<std::optional<SignedList>> signed_list_of_key(const Sources& sources,
                                                     const PatientRead& read,
                                                     std::string_view key) {
  projections::ChartCursor cursor(*read.view, read.stream, Type::List);
  for (; cursor.valid(); cursor.next()) {
    if (!key_of(cursor.facts()).starts_with(key)) continue;
    auto list = read_list(sources, read, cursor.id(), cursor.version());
    if (!list) return list.error();
    return std::optional(std::move(*list));
  }
  if (auto status = cursor.status(); !status) return status.error();
  return std::optional<SignedList>();
}

Result<SignedList> signed_list(const Sources& sources, const PatientRead& read,
                               std::string_view id) {
  if (events::is_fhir_id(id)) {
    auto row = read.view->current(read.stream, Type::List, id);
    if (!row) return row.error();
    const bool signed_here =
        *row && !(*row)->facts.empty() &&
        !key_of(*flatbuffers::GetRoot<schema::Facts>((*row)->facts.data())).empty();
    if (signed_here) return read_list(sources, read, std::string(id), (*row)->version);
  }
  return events::Error{
      events::ErrorCode::not_found,
      fmt::format("reconciliation {}: this patient has none of that id", id.substr(0, 64)),
      {}};
}

bool is_of_medication(Type type) {
  return type == Type::MedicationRequest || type == Type::MedicationStatement ||
         type == Type::MedicationDispense || type == Type::MedicationAdministration;
}

bool is_seen_before_signing(Type type) {
  return is_of_medication(type) || type == Type::AllergyIntolerance;
}

Result<std::vector<Since>> came_since(const PatientRead& read, events::Offset from,
                                      bool (*counts)(Type)) {
  constexpr std::size_t changes_a_turn = 1000;
  std::vector<Since> all;
  for (;;) {
    const auto changes = read.view->changes(from, read.stream, changes_a_turn);
    if (!changes) return changes.error();
    for (const auto& change : *changes) {
      if (auto added = add_since(read, change, counts, all); !added) return added.error();
    }
    if (changes->size() < changes_a_turn) return all;
    from = changes->back().position.offset.next();
  }
}

void write_signed_head(const SignedList& list, Names& names, JsonWriter& json) {
  ops::auth::note_returned(Type::List, list.id, {1});
  json.member("list", list.id).optional("date", list.date);
  std::string_view display;
  if (!list.by.id.empty()) display = names.of(list.by.type, list.by.id);
  json.key("by").begin_object();
  if (!list.by.id.empty())
    json.key("reference").joined({events::type_name(list.by.type), "/", list.by.id});
  json.optional("display", display.empty() ? std::string_view(list.by.display) : display);
  json.end_object().key("notes").begin_array();
  for (const auto& note : list.notes) json.value(note);
  json.end_array().member("commit", list.commit.text());
  json.member("undecided", std::uint64_t{list.undecided()});
  if (list.amended) json.member("amended", true);
  json.member("fhir", "/fhir/List/" + list.id + "/_history/1");
}

void write_since(const std::vector<Since>& since, JsonWriter& json) {
  json.key("since").begin_array();
  for (const auto& one : since) {
    ops::auth::note_returned(one.type, one.id, one.version);
    json.begin_object().member("effect", word_of(one.effect));
    json.member("type", events::type_name(one.type)).member("id", one.id);
    json.member("version", one.version.value).end_object();
  }
  json.end_array();
}

}  // namespace query::reconciliation
