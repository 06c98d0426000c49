#include "query/bulk/scope.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "events/clinical_time.h"
#include "events/fhir/definitions.h"
#include "projections/search/reference_targets.h"
#include "projections/search/values.h"
#include "query/fhir/reader.h"

namespace query::bulk {
namespace {

namespace json = boost::json;
using events::Error;
using events::ErrorCode;
using events::ResourceType;
using Level = ExportRequest::Level;

Result<std::string> read_group(const Sources& sources, const Snapshot& snapshot,
                               const std::string& id) {
  if (auto named = fhir::check_id(id); !named) return named.error();
  const auto known = sources.shards.lookup().find(ResourceType::Group, events::ResourceId(id));
  if (!known) return known.error();
  if (!*known) return fhir::never_existed(ResourceType::Group, id);
  const auto row =
      snapshot.view_of((*known)->stream).current((*known)->stream, ResourceType::Group, id);
  if (!row) return row.error();
  if (!*row) return fhir::never_existed(ResourceType::Group, id);
  if ((*row)->effect == events::EventEffect::deleted)
    return fhir::was_deleted(ResourceType::Group, id);
  return sources.shards.document((*known)->stream, **row);
}

// member.inactive, or a member.period that has ended.
bool is_former(const json::object& member, events::KnownTime now) {
  const auto* inactive = member.if_contains("inactive");
  if (inactive != nullptr && inactive->is_bool() && inactive->as_bool()) return true;
  const auto* period = member.if_contains("period");
  const auto* end =
      period != nullptr && period->is_object() ? period->as_object().if_contains("end") : nullptr;
  if (end == nullptr || !end->is_string()) return false;
  const auto time = events::parse_clinical_time(std::string_view(end->as_string()));
  return time.has_value() && events::KnownTime(time->high) <= now;
}

std::string reference_of(const json::object& member) {
  const auto* entity = member.if_contains("entity");
  const auto* reference = entity != nullptr && entity->is_object()
                              ? entity->as_object().if_contains("reference")
                              : nullptr;
  return reference != nullptr && reference->is_string() ? std::string(reference->as_string())
                                                        : std::string();
}

// Patients that are members now, each once.
Result<std::vector<std::string>> members_of(const std::string& document, events::KnownTime now,
                                            std::vector<Error>& problems) {
  boost::system::error_code fault;
  const auto group = json::parse(document, fault);
  if (fault || !group.is_object()) return events::corrupt("a Group's document does not read");
  std::set<std::string> ids;
  const auto* members = group.as_object().if_contains("member");
  if (members == nullptr || !members->is_array()) return std::vector<std::string>();
  for (const auto& one : members->as_array()) {
    const auto* member = one.if_object();
    if (member == nullptr || is_former(*member, now)) continue;
    std::string reference = reference_of(*member);
    const auto slash = reference.rfind("Patient/");
    const bool ours = slash == 0 || (slash != reference.npos && reference[slash - 1] == '/');
    std::string id = ours ? reference.substr(slash + 8) : std::string();
    if (const auto history = id.find("/_history/"); history != id.npos) id.resize(history);
    if (events::is_fhir_id(id)) {
      ids.insert(std::move(id));
    } else {
      problems.push_back({ErrorCode::unsupported,
                          fmt::format("Group.member: \"{}\" is no patient of this server; it was "
                                      "left out (groups in groups are not followed)",
                                      reference),
                          "Group.member"});
    }
  }
  return std::vector<std::string>(ids.begin(), ids.end());
}

}  // namespace

Result<Scope> Scope::of(const Sources& sources, const Snapshot& snapshot,
                        const ExportRequest& request, std::vector<Error>& problems) {
  Scope scope;
  scope.system_ = request.level == Level::system;
  if (scope.system_) return scope;
  scope.directory_ = directory_stream_key(sources);
  for (const auto type : events::all_types()) {
    scope.others_.insert(
        events::stream_key(sources.log_secret, fmt::format("other/{}", events::type_name(type))));
  }
  auto patients = request.patients;
  if (request.level == Level::group) {
    const auto document = read_group(sources, snapshot, request.group);
    if (!document) return document.error();
    auto members = members_of(*document, snapshot.time, problems);
    if (!members) return members.error();
    for (const auto& asked : patients.value_or(std::vector<std::string>())) {
      if (!std::binary_search(members->begin(), members->end(), asked))
        return events::invalid(
            fmt::format("patient: Patient/{} is no member of Group/{}", asked, request.group));
    }
    if (!patients) patients = std::move(*members);
  }
  if (!patients) return scope;
  scope.patients_.insert(patients->begin(), patients->end());
  scope.streams_ = scope.others_;
  for (const auto& patient : scope.patients_)
    scope.streams_->insert(patient_stream_key(sources, patient));
  return scope;
}

Scope::Part Scope::part_of(const events::StreamKey& stream) const {
  if (system_) return Part::all;
  if (others_.contains(stream)) return Part::judged;
  if (streams_) return streams_->contains(stream) ? Part::all : Part::none;
  return stream == directory_ ? Part::none : Part::all;
}

bool Scope::names_one(const events::schema::Facts& facts) const {
  projections::search::Values values;
  const auto type = facts.type();
  for (const auto name : events::fhir::compartment_parameters(events::type_name(type))) {
    const auto* parameter = projections::search::find_reference_parameter(type, name);
    if (parameter != nullptr && parameter->take != nullptr) parameter->take(facts, values);
  }
  return std::any_of(values.references.begin(), values.references.end(), [&](const auto* one) {
    return one->id() != nullptr && one->type() == ResourceType::Patient &&
           (!streams_ || patients_.contains(one->id()->string_view()));
  });
}

}  // namespace query::bulk
