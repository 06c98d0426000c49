#include "query/replay/chart_diff.h"

#include <algorithm>

#include "events/clinical_time.h"
#include "projections/facts_text.h"
#include "projections/main_time.h"
#include "projections/medication_claim.h"
#include "projections/series.h"
#include "query/facts_json.h"
#include "query/json_writer.h"
#include "query/replay/event_json.h"
#include "query/returned.h"

namespace query::replay {
namespace {

namespace schema = events::schema;
using projections::Claim;
using projections::coded_text;
using projections::MedicationClaim;
using projections::text_of;
using Type = events::ResourceType;

const schema::Facts* facts_at(const std::string& bytes) {
  return bytes.empty() ? nullptr : flatbuffers::GetRoot<schema::Facts>(bytes.data());
}

std::string word_of(Type type) {
  switch (type) {
    case Type::Condition:
      return "problem";
    case Type::AllergyIntolerance:
      return "allergy";
    case Type::Observation:
      return "result";
    case Type::MedicationRequest:
    case Type::MedicationStatement:
      return "medication";
    case Type::Immunization:
      return "immunization";
    default:
      return std::string(events::type_name(type));
  }
}

std::string shown(const schema::Concept* codes) {
  const auto coded = coded_text(codes);
  return std::string(coded.display.empty() ? coded.code : coded.display);
}

std::string name_of(const schema::Facts& facts) {
  if (const auto* one = facts.of_as_Condition()) return shown(one->code());
  if (const auto* one = facts.of_as_AllergyIntolerance()) return shown(one->code());
  if (const auto* one = facts.of_as_Observation()) return shown(one->code());
  if (const auto* one = facts.of_as_Procedure()) return shown(one->code());
  if (const auto* one = facts.of_as_Immunization()) return shown(one->vaccine());
  if (const auto claim = projections::medication_claim(facts))
    return claim->drug.display.empty() ? claim->drug.code : claim->drug.display;
  return {};
}

std::string clinical_status(const schema::Facts& facts) {
  if (const auto* one = facts.of_as_Condition())
    return std::string(coded_text(one->clinical_status()).code);
  if (const auto* one = facts.of_as_AllergyIntolerance())
    return std::string(coded_text(one->clinical_status()).code);
  return {};
}

// All values of an observation, its components' too, as one text.
std::string values_of(const schema::Facts& facts, std::string_view id) {
  std::string text;
  for (const auto& value : projections::series_values(facts, id, {})) {
    if (!text.empty()) text += "; ";
    if (value.component > 0) text += value.display + " ";
    const auto coded = value.coded.display.empty() ? value.coded.code : value.coded.display;
    text += value.value.empty() ? coded : value.comparator + value.value + " " + value.unit;
  }
  return text;
}

std::string medication_word(Claim before, Claim after) {
  if (after == Claim::ended || after == Claim::cancelled) return "stopped";
  if (after == Claim::on_hold) return "held";
  if (after == Claim::active) return before == Claim::draft ? "started" : "resumed";
  if (after == Claim::no_end) return "fulfilled";
  return "status changed";
}

std::string both(const std::string& one, const std::string& other) {
  return one.empty() ? other : other.empty() ? one : one + ", " + other;
}

void compare_medication(const MedicationClaim& before, const MedicationClaim& after,
                        ChartChange& change) {
  std::string what;
  if (before.claim != after.claim) {
    what = medication_word(before.claim, after.claim);
    change.before = before.status;
    change.after = after.status;
  }
  if (before.dose != after.dose) {
    what = both(what, "dose changed");
    change.before = both(change.before, before.dose);
    change.after = both(change.after, after.dose);
  }
  if (!what.empty()) change.what = what;
}

void compare_result(const schema::Facts& before, const schema::Facts& after, ChartChange& change) {
  const auto was = values_of(before, change.id), is = values_of(after, change.id);
  const auto status = [](const schema::Facts& facts) {
    return std::string(text_of(facts.of_as_Observation()->status()));
  };
  if (was != is) {
    change.what = "result corrected";
    change.before = was;
    change.after = is;
  } else if (status(before) != status(after)) {
    change.what = "result " + status(after);
    change.before = status(before);
    change.after = status(after);
  }
}

// Of a resource that was there and is there.
void compare(const schema::Facts& before, const schema::Facts& after, ChartChange& change) {
  change.what = word_of(change.type) + " changed";
  if (is_entered_in_error(after) && !is_entered_in_error(before)) {
    change.what = "entered in error";
    return;
  }
  const auto was = clinical_status(before), is = clinical_status(after);
  const auto claim_before = projections::medication_claim(before);
  const auto claim_after = projections::medication_claim(after);
  if (was != is) {
    change.what = word_of(change.type) + " " + (is.empty() ? "without status" : is);
    change.before = was;
    change.after = is;
  } else if (claim_before && claim_after) {
    compare_medication(*claim_before, *claim_after, change);
  } else if (before.of_as_Observation() && after.of_as_Observation()) {
    compare_result(before, after, change);
  }
}

bool speaks_of_before(const schema::Facts& facts, std::optional<events::KnownTime> first) {
  const auto time = projections::main_time(facts);
  return first && time && time->low != events::Micros::min() &&
         time->high <= first->time_since_epoch();
}

}  // namespace

void ChartDiff::take(const projections::AcceptedEvent& event, bool is_earlier) {
  if (event.effect == events::EventEffect::confirmed) return;
  Known& known = known_[{event.stream, event.type, std::string(event.id)}];
  const bool deleted = event.effect == events::EventEffect::deleted;
  if (is_earlier) {
    known.before = event.facts_bytes;
    known.from = deleted ? events::Version{} : event.version;
    known.after = known.before;
    known.to = known.from;
    return;
  }
  known.stream_name = event.stream_name;
  known.after = event.facts_bytes;
  known.to = deleted ? events::Version{} : event.version;
  known.touched = true;
  known.position = event.position;
  known.known_time = event.known_time;
  known.actor = event.who ? text_of(event.who->subject()) : std::string_view();
  known.site = event.who ? text_of(event.who->site()) : std::string_view();
}

std::vector<ChartChange> ChartDiff::changes(std::optional<events::KnownTime> first) const {
  std::vector<ChartChange> all;
  for (const auto& [name, known] : known_) {
    if (!known.touched || known.from == known.to) continue;
    const auto* before = facts_at(known.before);
    const auto* after = facts_at(known.after);
    ChartChange change;
    change.stream = known.stream_name;
    change.type = name.type;
    change.id = name.id;
    change.from = known.from;
    change.to = known.to;
    change.position = known.position;
    change.known_time = known.known_time;
    change.actor = known.actor;
    change.site = known.site;
    if (const auto* newest = after != nullptr ? after : before) {
      change.name = name_of(*newest);
      change.effective = effective_text(*newest);
    }
    if (!known.from.exists()) {
      change.what = word_of(name.type) + " added";
      change.late_entry = after != nullptr && speaks_of_before(*after, first);
    } else if (!known.to.exists()) {
      change.what = "deleted";
    } else if (before != nullptr && after != nullptr) {
      compare(*before, *after, change);
    } else {
      change.what = word_of(name.type) + " changed";
    }
    all.push_back(std::move(change));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.stream < b.stream; });
  return all;
}

std::string change_line(const ChartChange& change, const events::LogId& log) {
  events::PositionToken position(log);
  position.see(change.position);
  JsonWriter json;
  json.begin_object().member("stream", change.stream);
  json.optional("patient", patient_of_stream(change.stream)).member("what", change.what);
  json.member("type", events::type_name(change.type)).member("id", change.id);
  json.member("name", change.name);
  json.optional("before", change.before).optional("after", change.after);
  json.member("late_entry", change.late_entry).optional("effective", change.effective);
  json.member("from", change.from.value).member("to", change.to.value);
  json.member("position", position.text());
  json.member("time", events::format_instant(change.known_time));
  json.optional("actor", change.actor).optional("site", change.site).end_object();
  return std::move(json).take() + '\n';
}

}  // namespace query::replay
