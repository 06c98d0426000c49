#include "projections/alert_outcomes.h"

#include <algorithm>
#include <array>

#include "projections/facts_text.h"
#include "projections/key_codec.h"
#include "projections/row_codec.h"

namespace projections {
namespace {

namespace schema = events::schema;
using events::StreamKey;
using knowledge::Tier;

constexpr std::uint8_t count_of = 0, class_of = 1;

events::Error unreadable() {
  return events::corrupt("a row of family alert_outcomes cannot be read; rebuild the shard");
}

std::string count_key(const AlertClass& of) {
  return KeyWriter()
      .u8(count_of)
      .text(of.rule)
      .ascending(of.month)
      .u8(static_cast<std::uint8_t>(of.tier))
      .u8(static_cast<std::uint8_t>(of.outcome))
      .text(of.reason)
      .key();
}

std::optional<AlertClass> class_in_key(std::string_view key) {
  KeyReader reader(key);
  reader.u8();
  auto rule = reader.text();
  const auto month = reader.ascending();
  const auto tier = reader.u8(), outcome = reader.u8();
  auto reason = reader.text();
  if (!rule || !month || !tier || !outcome || !reason || !reader.done()) return std::nullopt;
  return AlertClass{std::move(*rule), *month, static_cast<Tier>(*tier),
                    static_cast<AlertOutcome>(*outcome), std::move(*reason)};
}

std::string stream_prefix(const StreamKey& stream) {
  return KeyWriter().u8(class_of).raw(stream.bytes()).key();
}

// Value of a row of kind 1: outcome (u8) | tier (u8) | month (signed varint) | rule, reason
// (bytes).
std::string encode(const AlertClass& alert) {
  RowWriter row;
  row.u8(static_cast<std::uint8_t>(alert.outcome)).u8(static_cast<std::uint8_t>(alert.tier));
  row.signed_varint(alert.month).bytes(alert.rule).bytes(alert.reason);
  return std::move(row).row();
}

Result<AlertClass> decode_class(std::string_view row) {
  RowReader reader(row);
  AlertClass alert;
  alert.outcome = static_cast<AlertOutcome>(reader.u8());
  alert.tier = static_cast<Tier>(reader.u8());
  alert.month = reader.signed_varint();
  alert.rule = reader.bytes();
  alert.reason = reader.bytes();
  if (!reader.done()) return unreadable();
  return alert;
}

std::string rule_in(const schema::DetectedIssue& issue) {
  if (issue.code() == nullptr || issue.code()->codings() == nullptr) return {};
  for (const auto* coding : *issue.code()->codings()) {
    if (text_of(coding->system()) == alert_rule_system) return std::string(text_of(coding->code()));
  }
  return {};
}

std::int64_t month_of(events::Micros time) {
  const auto day =
      std::chrono::floor<std::chrono::days>(std::chrono::sys_time<events::Micros>(time));
  const std::chrono::year_month_day date(day);
  return (static_cast<int>(date.year()) - 1970) * 12LL + static_cast<unsigned>(date.month()) - 1;
}

events::Micros identified(const schema::DetectedIssue& issue, events::KnownTime known) {
  const auto* period = issue.identified_period();
  const auto* when = issue.identified() != nullptr ? issue.identified()
                     : period != nullptr           ? period->start()
                                                   : nullptr;
  return when != nullptr ? events::Micros(when->low()) : known.time_since_epoch();
}

// Nothing for what counts as nothing.
std::optional<AlertClass> class_in(const AcceptedEvent& event) {
  const auto* issue = event.facts == nullptr ? nullptr : event.facts->of_as_DetectedIssue();
  if (issue == nullptr) return std::nullopt;
  const auto status = text_of(issue->status());
  if (status == "entered-in-error" || status == "cancelled") return std::nullopt;
  AlertClass alert;
  alert.rule = rule_in(*issue);
  if (alert.rule.empty()) return std::nullopt;
  alert.month = month_of(identified(*issue, event.known_time));
  alert.tier = alert_tier(*event.facts);
  alert.outcome = alert_outcome(*event.facts, alert.reason);
  return alert;
}

Status change(std::string_view key, bool more, Family family, RowBatch& batch) {
  const auto row = batch.get(family, key);
  if (!row) return row.error();
  std::uint64_t count = 0;
  if (*row) {
    RowReader reader(**row);
    count = reader.varint();
    if (!reader.done()) return unreadable();
  }
  if (!more && count == 0) return unreadable();
  count = more ? count + 1 : count - 1;
  if (count == 0) {
    batch.erase(family, key);
  } else {
    batch.put(family, key, RowWriter().varint(count).row());
  }
  return {};
}

Status count(const AlertClass& alert, bool more, Family family, RowBatch& batch) {
  AlertClass shown = alert;
  shown.outcome = AlertOutcome::shown;
  shown.reason.clear();
  if (auto done = change(count_key(shown), more, family, batch); !done) return done;
  if (alert.outcome == AlertOutcome::shown) return {};
  return change(count_key(alert), more, family, batch);
}

// What one coding of a mitigation's action says.
void read_action(std::string_view system, std::string_view code, AlertOutcome& outcome,
                 std::string& reason) {
  if (system == override_reason_system) {
    outcome = AlertOutcome::overridden;
    reason = code;
  } else if (system == alert_outcome_system) {
    outcome = code == "accepted" ? AlertOutcome::accepted : AlertOutcome::overridden;
  }
}

}  // namespace

const char* to_string(AlertOutcome outcome) {
  constexpr std::array words{"shown", "accepted", "overridden"};
  return words[static_cast<std::size_t>(outcome)];
}

Tier alert_tier(const schema::Facts& facts) {
  const auto severity = text_of(facts.of_as_DetectedIssue()->severity());
  return severity == "high" ? Tier::stop : severity == "moderate" ? Tier::warn : Tier::note;
}

AlertOutcome alert_outcome(const schema::Facts& facts, std::string& reason) {
  AlertOutcome last = AlertOutcome::shown;
  reason.clear();
  const auto* mitigations = facts.of_as_DetectedIssue()->mitigations();
  if (mitigations == nullptr) return last;
  for (const auto* mitigation : *mitigations) {
    if (mitigation->action() == nullptr || mitigation->action()->codings() == nullptr) continue;
    AlertOutcome outcome = AlertOutcome::shown;
    std::string because;
    for (const auto* coding : *mitigation->action()->codings())
      read_action(text_of(coding->system()), text_of(coding->code()), outcome, because);
    if (outcome == AlertOutcome::shown) continue;
    last = outcome;
    reason = std::move(because);
  }
  return last;
}

Status AlertOutcomes::apply(const AcceptedEvent& event, Family family, RowBatch& batch) const {
  if (event.type != events::ResourceType::DetectedIssue) return {};
  if (event.effect == events::EventEffect::confirmed) return {};
  const auto key = KeyWriter().u8(class_of).raw(event.stream.bytes()).text(event.id).key();
  const auto row = batch.get(family, key);
  if (!row) return row.error();
  const auto now = class_in(event);
  if (*row) {
    const auto before = decode_class(**row);
    if (!before) return before.error();
    if (now == *before) return {};
    if (auto taken = count(*before, false, family, batch); !taken) return taken;
    if (!now) batch.erase(family, key);
  }
  if (!now) return {};
  batch.put(family, key, encode(*now));
  return count(*now, true, family, batch);
}

Status AlertOutcomes::forget(const StreamKey& stream, Family family, RowBatch& batch) const {
  // Collected first: a batch must not change under a scan of itself.
  std::vector<std::pair<std::string, std::string>> own;
  {
    const auto rows = batch.scan(family, stream_prefix(stream));
    for (; rows->valid(); rows->next()) own.emplace_back(rows->key(), rows->value());
    if (auto read = rows->status(); !read) return read;
  }
  for (const auto& [key, value] : own) {
    const auto alert = decode_class(value);
    if (!alert) return alert.error();
    if (auto taken = count(*alert, false, family, batch); !taken) return taken;
    batch.erase(family, key);
  }
  return {};
}

Result<std::vector<AlertTotal>> alert_totals(const ShardView& view, std::string_view rule) {
  std::vector<AlertTotal> totals;
  KeyWriter prefix;
  prefix.u8(count_of);
  if (!rule.empty()) prefix.text(rule);
  const auto rows = view.rows().scan(view.family("alert_outcomes"), prefix.key());
  for (; rows->valid(); rows->next()) {
    auto of = class_in_key(rows->key());
    RowReader reader(rows->value());
    const auto count = reader.varint();
    if (!of || !reader.done()) return unreadable();
    totals.push_back({std::move(*of), count});
  }
  if (auto read = rows->status(); !read) return read.error();
  return totals;
}

}  // namespace projections
