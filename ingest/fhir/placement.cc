#include "ingest/fhir/placement.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "events/schema/clinical_generated.h"
#include "ingest/fhir/streams.h"

namespace ingest::fhir {
namespace {

using events::ErrorCode;
using events::Known;
using events::ResourceId;
using events::ResourceType;
using events::unprocessable;
using Fate = PlannedWrite::Fate;

constexpr std::size_t placement_errors_max = 50;
constexpr std::size_t streams_max = 64;  // of one transaction

bool searched_anywhere(ResourceType type) {
  return type == ResourceType::Patient || events::is_directory_type(type);
}

std::string name_of(const PlannedWrite& write) {
  return fmt::format("{}/{}", events::type_name(write.type), write.id.text());
}

ops::auth::Access access_of(Verb verb) {
  switch (verb) {
    case Verb::create:
      return ops::auth::Access::create;
    case Verb::update:
      return ops::auth::Access::update;
    case Verb::remove:
      return ops::auth::Access::remove;
  }
  return ops::auth::Access::update;
}

}  // namespace

Placement::Placement(const RequestContext& context, const std::vector<Write>& writes,
                     References& references, std::vector<PlannedWrite>& planned)
    : context_(context),
      writes_(writes),
      references_(references),
      planned_(planned),
      patients_(writes.size()),
      streams_(writes.size()),
      group_of_(writes.size()) {
  planned_.resize(writes.size());
  for (std::size_t i = 0; i < writes.size(); ++i) {
    planned_[i].type = writes[i].type;
    planned_[i].id = writes[i].id;
    planned_[i].path = writes[i].path;
    if (writes[i].absent) planned_[i].fate = Fate::absent;
    if (!writes[i].matched) continue;
    planned_[i].fate = Fate::matched;
    planned_[i].id = writes[i].found->known.id;
    planned_[i].version = writes[i].found->known.version;
  }
}

std::vector<events::Error> Placement::place() {
  const auto steps = {
      +[](Placement& self) { self.register_writes(); },
      +[](Placement& self) { self.join_equal_creates(); },
      +[](Placement& self) { self.match_creates(true); },
      +[](Placement& self) { self.name_patients(); },
      +[](Placement& self) { self.find_patients(); },
      +[](Placement& self) { self.choose_streams(); },
      +[](Placement& self) { self.group_by_stream(); },
      +[](Placement& self) { self.match_creates(false); },
      +[](Placement& self) { self.drop_settled_streams(); },
      +[](Placement& self) { self.hold_what_was_seen(); },
      +[](Placement& self) { self.hold_required_record(); },
      +[](Placement& self) { self.name_others(); },
      +[](Placement& self) { self.permit_all(); },
  };
  for (auto step : steps) {
    step(*this);
    if (!errors_.empty()) break;
  }
  return std::move(errors_);
}

void Placement::register_writes() {
  std::map<std::pair<ResourceType, std::string>, std::size_t> seen;
  for (std::size_t i = 0; i < writes_.size() && errors_.size() < placement_errors_max; ++i) {
    if (auto added = references_.add(i, writes_[i]); !added) errors_.push_back(added.error());
    if (writes_[i].matched) references_.settle(i, planned_[i].id);
    if (writes_[i].verb == Verb::create || writes_[i].absent) continue;
    auto [place, fresh] = seen.try_emplace({writes_[i].type, writes_[i].id.text()}, i);
    if (!fresh) {
      errors_.push_back(unprocessable(
          fmt::format("{} and {} change the same resource; a transaction changes each once",
                      writes_[place->second].path, writes_[i].path),
          writes_[i].path));
    }
  }
}

void Placement::join_equal_creates() {
  std::map<std::pair<ResourceType, IdentifierCriterion>, std::size_t> first;
  std::map<std::pair<ResourceType, std::string>, std::size_t> searched;
  for (std::size_t i = 0; i < writes_.size(); ++i) {
    if (writes_[i].must_stay_absent && writes_[i].verb == Verb::create) {
      auto [place, fresh] =
          searched.try_emplace({writes_[i].type, same_criteria(writes_[i].criteria)}, i);
      if (fresh) continue;
      planned_[i].fate = Fate::same;
      planned_[i].same_as = place->second;
    }
    if (!writes_[i].if_none_exist) continue;
    auto [place, fresh] = first.try_emplace({writes_[i].type, *writes_[i].if_none_exist}, i);
    if (fresh) continue;
    planned_[i].fate = Fate::same;
    planned_[i].same_as = place->second;
  }
}

void Placement::match_creates(bool anywhere) {
  const events::Lookup& lookup = context_.environment.lookup;
  if (std::ranges::none_of(writes_,
                           [](const Write& write) { return write.if_none_exist.has_value(); }))
    return;
  if (anywhere) {
    auto version = lookup.stream_version(key_of(std::string(directory_stream)));
    if (!version) return errors_.push_back(version.error());
    directory_version_ = *version;
  }
  for (StreamWrites& group : groups_) {
    if (group.name == directory_stream) {
      group.version = directory_version_;
      continue;
    }
    auto version = lookup.stream_version(group.key);
    if (!version) return errors_.push_back(version.error());
    group.version = *version;
  }
  for (std::size_t i = 0; i < writes_.size() && errors_.size() < placement_errors_max; ++i) {
    const auto& criterion = writes_[i].if_none_exist;
    if (!criterion || !open(i) || searched_anywhere(writes_[i].type) != anywhere) continue;
    auto found = lookup.find_by_identifier(writes_[i].type,
                                           anywhere ? std::nullopt : std::optional(group(i).key),
                                           criterion->system, criterion->value, 2);
    if (!found) {
      errors_.push_back(found.error());
    } else if (found->size() > 1) {
      errors_.push_back(
          {ErrorCode::precondition_failed,
           fmt::format("{}: several resources fit its If-None-Exist; name one by its id",
                       writes_[i].path),
           writes_[i].path});
    } else if (found->size() == 1) {
      planned_[i].fate = Fate::matched;
      planned_[i].id = found->front().id;
      planned_[i].version = found->front().version;
      references_.settle(i, planned_[i].id);
    }
  }
}

void Placement::name_patients() {
  const events::Secret& secret = context_.environment.secrets.log_secret;
  for (std::size_t i = 0; i < writes_.size(); ++i) {
    if (writes_[i].type != ResourceType::Patient || writes_[i].verb != Verb::create ||
        planned_[i].fate == Fate::matched) {
      continue;
    }
    if (planned_[i].fate == Fate::same) {
      planned_[i].id = planned_[planned_[i].same_as].id;
    } else if (const auto& criterion = writes_[i].if_none_exist) {
      // Rivals make the same id, so they meet in one stream.
      planned_[i].id = events::patient_id_of_identifier(secret, criterion->system.value_or(""),
                                                        criterion->value);
    } else if (writes_[i].must_stay_absent) {
      planned_[i].id = id_by_criteria(i);
    } else {
      planned_[i].id = events::server_patient_id(context_.seed(writes_[i].ordinal));
    }
    references_.settle(i, planned_[i].id);
  }
}

void Placement::find_patients() {
  for (std::size_t i = 0; i < writes_.size() && errors_.size() < placement_errors_max; ++i) {
    if (writes_[i].type == ResourceType::Patient) {
      patients_[i] = {planned_[i].id.text()};
      continue;
    }
    for (const json::Value& reference : subject_references(writes_[i].type, writes_[i].resource)) {
      auto patient = references_.patient(reference.string(), reference);
      if (!patient) {
        errors_.push_back(patient.error());
      } else if (*patient && std::ranges::find(patients_[i], **patient) == patients_[i].end()) {
        patients_[i].push_back(**patient);
      }
    }
  }
}

// What stands under the id of write `index`, which its sender chose.
events::Result<std::optional<Known>> Placement::standing(std::size_t index) {
  return context_.environment.lookup.find(writes_[index].type, writes_[index].id);
}

void Placement::choose_streams() {
  std::set<std::string> all;
  for (const auto& patients : patients_) all.insert(patients.begin(), patients.end());
  const std::string only_patient = all.size() == 1 ? *all.begin() : std::string{};
  for (std::size_t i = 0; i < writes_.size() && errors_.size() < placement_errors_max; ++i) {
    if (open(i)) choose_stream(i, only_patient);
  }
}

void Placement::choose_stream(std::size_t index, const std::string& only_patient) {
  const Write& write = writes_[index];
  PlannedWrite& planned = planned_[index];
  if (write.type == ResourceType::Patient) {
    streams_[index] = events::patient_stream(planned.id);
    return;
  }
  streams_[index] = stream_of(write.type, patients_[index], only_patient);
  if (write.verb == Verb::create) return;

  auto known = standing(index);
  if (known && !*known && write.verb == Verb::remove) {
    // A delete of what is not there changes nothing and is answered as done: it must be true.
    if (auto there = context_.environment.lookup.reach_end(); !there)
      return errors_.push_back(there.error());
    known = standing(index);
  }
  if (!known) return errors_.push_back(known.error());
  if (!*known) {
    if (write.verb == Verb::remove && write.if_match == 0) planned.fate = Fate::absent;
    return;
  }
  if ((*known)->stream == key_of(streams_[index])) return;
  // A resource that names no patient of its own, and every delete, stays where it is.
  if (write.verb == Verb::remove || patients_[index].size() != 1) {
    auto name = stream_name_of(context_.environment.lookup, context_.environment.secrets,
                               write.type, **known);
    if (!name) return errors_.push_back(name.error());
    streams_[index] = *name;
    return;
  }
  errors_.push_back(
      {ErrorCode::conflict,
       fmt::format(
           "{}: {} belongs to another patient's record; this cannot move it. Correct the subject, "
           "or POST to {}/$move",
           write.path, name_of(planned), name_of(planned)),
       write.path});
}

void Placement::group_by_stream() {
  std::map<std::string, std::vector<std::size_t>> by_stream;
  for (std::size_t i = 0; i < writes_.size(); ++i) {
    if (open(i)) by_stream[streams_[i]].push_back(i);
  }
  if (by_stream.size() > streams_max) {
    errors_.push_back(unprocessable(
        fmt::format(
            "a transaction changes at most {} patients' records, this one {}; send several, "
            "or a batch",
            streams_max, by_stream.size()),
        writes_[by_stream.rbegin()->second.front()].path));
    return;
  }
  for (const auto& [name, indexes] : by_stream) {
    const auto key = key_of(name);
    for (std::size_t i : indexes) group_of_[i] = groups_.size();
    groups_.push_back({name, key, events::partition_of(key, context_.environment.partitions)});
  }
}

void Placement::drop_settled_streams() {
  std::vector<StreamWrites> left;
  std::map<std::size_t, std::size_t> new_number;
  for (std::size_t i = 0; i < writes_.size(); ++i) {
    if (!open(i)) continue;
    const auto [number, first] = new_number.try_emplace(group_of_[i], left.size());
    if (first) left.push_back(std::move(groups_[number->first]));
    group_of_[i] = number->second;
  }
  groups_ = std::move(left);
}

// What a condition saw holds while its stream has not moved on. What it did not see is looked
// for once more after the version of the stream was read that the new resource goes to: rivals
// with equal criteria meet there, and the second is stale.
void Placement::hold_what_was_seen() {
  const Environment& environment = context_.environment;
  for (std::size_t i = 0; i < writes_.size(); ++i) {
    if (!open(i) || (!writes_[i].found && !writes_[i].must_stay_absent)) continue;
    StreamWrites& group = groups_[group_of_[i]];
    std::uint64_t seen = 0;
    if (writes_[i].found) {
      seen = writes_[i].found->stream_version;
    } else {
      auto version = environment.lookup.stream_version(group.key);
      if (!version) return errors_.push_back(version.error());
      seen = *version;
      auto found = environment.search(context_.principal, context_.base_url, writes_[i].type,
                                      writes_[i].criteria, writes_[i].path);
      if (!found) return errors_.push_back(found.error());
      moved_on_ |= !found->empty();
    }
    group.required = std::min(seen, group.required.value_or(seen));
  }
}

void Placement::hold_required_record() {
  const auto& required = context_.required;
  if (!required) return;
  for (StreamWrites& group : groups_) {
    if (group.name != required->stream) {
      return errors_.push_back(
          {ErrorCode::conflict,
           "Chartlog-If-Record: the request writes to another record than the one it names",
           "Chartlog-If-Record"});
    }
    auto commits = context_.environment.lookup.stream_version(group.key);
    if (!commits) return errors_.push_back(commits.error());
    // A repeat is answered as the first try was, whatever came after.
    if (*commits != required->commits && !was_accepted(context_, 0, group.key)) {
      return errors_.push_back(
          {ErrorCode::precondition_failed,
           fmt::format("Chartlog-If-Record: the record has {} commits, not {}; read it again",
                       *commits, required->commits),
           "Chartlog-If-Record"});
    }
    group.required = required->commits;
  }
}

// Equal for equal criteria in the same stream, so that rivals make the same id. One that is in
// use by what has ceased to meet the criteria gives way to the next.
ResourceId Placement::id_by_criteria(std::size_t index) const {
  constexpr std::uint64_t tries_max = 8;
  const Write& write = writes_[index];
  const events::Secret& secret = context_.environment.secrets.log_secret;
  const bool patient = write.type == ResourceType::Patient;
  if (auto one = parse_identifier_criterion(write.criteria, {}); one && patient) {
    auto id = events::patient_id_of_identifier(secret, one->system.value_or(""), one->value);
    auto known = context_.environment.lookup.find(write.type, id);
    if (known && (!*known || (*known)->deleted)) return id;
  }
  const std::string asked =
      fmt::format("{}?{}{}", events::type_name(write.type), same_criteria(write.criteria),
                  patient ? "" : group(index).name);
  for (std::uint64_t n = 0; n < tries_max; ++n) {
    const auto seed = events::request_seed(secret, "criteria", asked, n);
    auto id =
        patient ? events::server_patient_id(seed) : events::server_id(seed, group(index).partition);
    auto known = context_.environment.lookup.find(write.type, id);
    if (known && (!*known || (*known)->deleted)) return id;
  }
  const auto own = context_.seed(write.ordinal);
  return patient ? events::server_patient_id(own) : events::server_id(own, group(index).partition);
}

void Placement::name_others() {
  for (std::size_t i = 0; i < writes_.size(); ++i) {
    if (writes_[i].verb != Verb::create || writes_[i].type == ResourceType::Patient) continue;
    if (planned_[i].fate == Fate::matched) continue;
    planned_[i].id = planned_[i].fate == Fate::same ? planned_[planned_[i].same_as].id
                     : writes_[i].must_stay_absent
                         ? id_by_criteria(i)
                         : events::server_id(context_.seed(writes_[i].ordinal), group(i).partition);
    references_.settle(i, planned_[i].id);
  }
}

void Placement::permit_all() {
  for (std::size_t i = 0; i < writes_.size(); ++i) {
    const std::string_view stream = streams_[i];
    const std::string_view patient =
        stream.starts_with("Patient/") ? stream.substr(8) : std::string_view{};
    auto permitted = ops::auth::permit(
        context_.principal,
        {access_of(writes_[i].verb), events::type_name(writes_[i].type), patient});
    if (!permitted) return errors_.push_back(permitted.error());
  }
}

events::StreamKey Placement::key_of(const std::string& name) const {
  return events::stream_key(context_.environment.secrets.log_secret, name);
}

}  // namespace ingest::fhir
