#include "query/reconciliation/reconciled.h"

#include "events/schema/clinical_generated.h"
#include "projections/medication_lines.h"

namespace query::reconciliation {

using events::Result;

Result<std::optional<Reconciled>> Reconciled::of(const Sources& sources, const PatientRead& read) {
  auto list = newest_signed_list(sources, read);
  if (!list) return list.error();
  if (!*list) return std::optional<Reconciled>();
  Reconciled newest;
  newest.list_ = std::move(**list);
  auto since = came_since(read, newest.list_.position.offset.next());
  if (!since) return since.error();
  newest.since_ = std::move(*since);
  const auto& entries = newest.list_.entries;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!entries[i].name.empty()) newest.entry_of_.emplace(entries[i].name, i);
  }
  return std::optional(std::move(newest));
}

void Reconciled::write(Names& names, JsonWriter& json) const {
  json.begin_object();
  write_signed_head(list_, names, json);
  write_since(since_, json);
  json.end_object();
}

void Reconciled::write_line(const projections::MedicationLine& line, JsonWriter& json) const {
  const SignedEntry* decided = nullptr;
  std::vector<Since> since;
  bool open = false, missing = false;
  for (const auto& claim : line.rests_on) {
    const auto name = projections::name_of(claim);
    for (const auto& one : since_) {
      if (one.name() == name) since.push_back(one);
    }
    const auto found = entry_of_.find(name);
    const bool in_force =
        claim.claim == projections::Claim::active || claim.claim == projections::Claim::on_hold;
    if (found == entry_of_.end()) {
      missing |= in_force;
      continue;
    }
    const SignedEntry& entry = list_.entries[found->second];
    open |= entry.decision == "undecided";
    const bool leads = name == projections::name_of(line.lead);
    if (decided == nullptr || leads) decided = &entry;
  }
  const bool goes_on = line.state <= projections::MedicationState::may_still_be_taking;
  missing |= decided == nullptr && goes_on;
  if (decided == nullptr && since.empty() && !missing) return;
  json.key("reconciled").begin_object();
  json.member("state", !since.empty() ? "since"
                       : open         ? "undecided"
                       : missing      ? "not_reconciled"
                                      : "reconciled");
  if (decided != nullptr) {
    json.member("decision", decided->decision).optional("said", decided->said);
    json.member("list", list_.id);
  }
  if (!since.empty()) write_since(since, json);
  json.end_object();
}

}  // namespace query::reconciliation
