#include "ingest/fhir/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/schema/clinical_generated.h"
#include "ingest/fhir/body.h"
#include "ingest/fhir/conditional_writes.h"
#include "ingest/fhir/mapping.h"
#include "ingest/fhir/order_gate.h"
#include "ingest/fhir/placement.h"
#include "ingest/fhir/references.h"

namespace ingest::fhir {
namespace {

using events::Error;
using events::ResourceType;
using Fate = PlannedWrite::Fate;

constexpr std::size_t errors_max = 50;

// Maps the placed writes and builds the commit's body.
class Assembly {
 public:
  Assembly(const RequestContext& context, const std::vector<Write>& writes, References& references,
           const Placement& placement, std::vector<PlannedWrite>& planned)
      : context_(context),
        writes_(writes),
        references_(references),
        placement_(placement),
        planned_(planned),
        has_orders_(may_be_gated(context, ResourceType::MedicationRequest) &&
                    std::ranges::any_of(writes, &is_order)),
        medications_(writes.size()),
        bodies_(placement.streams().size()),
        documents_(placement.streams().size()),
        events_(placement.streams().size()) {
    mapping_.resolve = [this](std::string_view reference, const json::Value& place) {
      return references_.resolve(reference, place);
    };
    mapping_.medication_code = [this](const ResolvedReference& reference) {
      return medication_facts(reference);
    };
  }

  // The events of all streams.
  Refusals assemble();
  // Of one stream, once.
  std::string finish(std::size_t stream, const events::Digest16& request) {
    std::string body =
        bodies_[stream].finish({placement_.streams()[stream].name, context_.principal,
                                context_.request_id, request, required_version(stream)});
    bodies_[stream] = BodyBuilder();
    return body;
  }
  std::vector<std::string_view> documents(std::size_t stream) {
    return std::move(documents_[stream]);
  }
  // Of what the gate looks at, by the number of the write.
  const std::map<std::size_t, std::string>& gated() const { return gated_; }

 private:
  static bool is_order(const Write& write) {
    return write.type == ResourceType::MedicationRequest && write.verb != Verb::remove;
  }
  bool written(std::size_t i) const { return planned_[i].fate == Fate::event; }
  void map_medications();
  std::optional<MappedResource> map(std::size_t i);
  bool validate(std::size_t i);
  void add(std::size_t i, const MappedResource& mapped);
  events::Result<std::string> medication_facts(const ResolvedReference& reference) const;
  std::uint64_t required_version(std::size_t stream) const;

  const RequestContext& context_;
  const std::vector<Write>& writes_;
  References& references_;
  const Placement& placement_;
  std::vector<PlannedWrite>& planned_;
  const bool has_orders_;  // that may be gated
  MappingContext mapping_;
  std::vector<std::optional<MappedResource>> medications_;  // mapped ahead: others copy their code
  // Of each stream.
  std::vector<BodyBuilder> bodies_;
  std::vector<std::vector<std::string_view>> documents_;
  std::vector<std::size_t> events_;
  std::map<std::size_t, std::string> gated_;
  Refusals refusals_;
};

Refusals Assembly::assemble() {
  map_medications();
  for (std::size_t i = 0; i < writes_.size() && refusals_.size() < errors_max; ++i) {
    if (!written(i)) continue;
    const std::size_t stream = placement_.stream_of_write(i);
    planned_[i].stream = stream;
    planned_[i].event = events_[stream]++;
    if (writes_[i].verb == Verb::remove) {
      bodies_[stream].add({writes_[i], planned_[i].id.text()});
      continue;
    }
    if (medications_[i]) {
      add(i, *medications_[i]);
    } else if (auto mapped = map(i)) {
      add(i, *mapped);
    }
  }
  return std::move(refusals_);
}

void Assembly::map_medications() {
  for (std::size_t i = 0; i < writes_.size() && refusals_.size() < errors_max; ++i) {
    if (writes_[i].type == ResourceType::Medication && written(i) &&
        writes_[i].verb != Verb::remove) {
      medications_[i] = map(i);
    }
  }
}

std::optional<MappedResource> Assembly::map(std::size_t i) {
  const json::Value& resource = writes_[i].resource;
  if (const json::Value meta = resource["meta"]; meta && !meta.is_object()) {
    refusals_.push_back(events::unprocessable(
        meta.path() + " is not an object; leave it out or send {}", meta.path()));
    return std::nullopt;
  }
  if (!validate(i)) return std::nullopt;
  references_.set_stream(placement_.streams()[placement_.stream_of_write(i)].key);
  auto mapped = map_resource(resource, planned_[i].id.text(), mapping_, planned_[i].issues.kept());
  if (!mapped) {
    refusals_.insert(refusals_.end(), mapped.error().begin(), mapped.error().end());
    return std::nullopt;
  }
  if (const auto& check = context_.environment.check_document) {
    if (auto fit = check(writes_[i].type, resource.raw()); !fit) {
      refusals_.push_back(fit.error());
      return std::nullopt;
    }
  }
  return std::move(*mapped);
}

// Notes the issues; false: the resource is refused for them.
bool Assembly::validate(std::size_t i) {
  const auto* validator = context_.environment.validator;
  if (validator == nullptr || validator->mode() == validation::Mode::off || writes_[i].was_stored)
    return true;
  auto& issues = planned_[i].issues;
  validator->check(writes_[i].resource, issues);
  if (!issues.has_errors() || validator->mode() == validation::Mode::warn) return true;
  // Paths of the resource become paths of the request: Bundle.entry[3].resource.birthDate
  const std::string within = writes_[i].resource.path();
  const std::size_t type = within.rfind(".resource") == std::string::npos
                               ? 0
                               : events::type_name(writes_[i].type).size();
  for (events::Error error : validation::errors_of(issues)) {
    if (type > 0) {
      error.message.replace(0, type, within);
      error.element.replace(0, type, within);
    }
    refusals_.push_back(std::move(error));
  }
  return false;
}

void Assembly::add(std::size_t i, const MappedResource& mapped) {
  const bool of_gate = mapped.type == ResourceType::MedicationRequest ||
                       mapped.type == ResourceType::DetectedIssue || is_looked_at(mapped.type);
  if (has_orders_ && of_gate) gated_[i] = mapped.facts;
  const json::Value& resource = writes_[i].resource;
  auto& documents = documents_[planned_[i].stream];
  auto splices = splices_of(resource, planned_[i].id.text(), mapped.replaced_references);
  const std::string content = content_of(resource, mapped.replaced_references);
  bodies_[planned_[i].stream].add({writes_[i], planned_[i].id.text(),
                                   static_cast<int>(documents.size()),
                                   static_cast<std::uint32_t>(resource.raw().size()), splices,
                                   &mapped, context_.digest({"content", content})});
  documents.push_back(resource.raw());
  if (!context_.keep_documents) return;
  planned_[i].document = resource.raw();
  planned_[i].splices = std::move(splices);
}

events::Result<std::string> Assembly::medication_facts(const ResolvedReference& reference) const {
  if (reference.type != ResourceType::Medication || reference.id.empty()) return std::string{};
  if (auto entry = references_.entry_of(reference.type, reference.id);
      entry && medications_[*entry]) {
    return medications_[*entry]->facts;
  }
  return context_.environment.lookup.facts_of(reference.type, events::ResourceId(reference.id));
}

// Acceptance judges system|value exactly. It has no index for a value of any system: what
// the edge saw must still be so.
std::uint64_t Assembly::required_version(std::size_t stream) const {
  if (const auto& required = placement_.streams()[stream].required) return *required + 1;
  for (std::size_t i = 0; i < writes_.size(); ++i) {
    if (writes_[i].if_none_exist && written(i) && planned_[i].stream == stream &&
        !writes_[i].if_none_exist->system) {
      return placement_.streams()[stream].version + 1;
    }
  }
  return 0;
}

// Nothing: what was found absent is there by now.
std::optional<tl::expected<Plan, Refusals>> plan_once(const RequestContext& context,
                                                      const std::vector<Write>& writes,
                                                      std::uint64_t commit_ordinal,
                                                      const events::Digest16& request) {
  References references(context.environment.lookup, context.base_url,
                        [&](ResourceType type, std::string_view criteria) {
                          return context.environment.search(context.principal, context.base_url,
                                                            type, criteria, "criteria");
                        });
  Plan made;
  made.may_go_stale =
      context.required.has_value() || std::ranges::any_of(writes, &Write::may_go_stale);
  Placement placement(context, writes, references, made.writes);
  if (auto refusals = placement.place(); !refusals.empty())
    return tl::unexpected(std::move(refusals));
  if (placement.moved_on()) return std::nullopt;
  for (const Write& write : writes) {
    if (write.made) made.made.push_back(write.made);
  }
  if (placement.streams().empty()) return made;

  Assembly assembly(context, writes, references, placement, made.writes);
  if (auto refusals = assembly.assemble(); !refusals.empty())
    return tl::unexpected(std::move(refusals));
  const GatedPlan gated{context, writes, made.writes, placement, assembly.gated()};
  if (auto refusals = check_orders(gated, references, commit_ordinal); !refusals.empty())
    return tl::unexpected(std::move(refusals));
  for (std::size_t i = 0; i < placement.streams().size(); ++i) {
    const StreamWrites& stream = placement.streams()[i];
    Submission submission;
    submission.draft.documents = assembly.documents(i);
    submission.draft.body = assembly.finish(i, request);
    submission.draft.stream = stream.key;
    submission.draft.commit = events::commit_key(context.environment.secrets.log_secret,
                                                 context.seed(commit_ordinal), stream.key);
    submission.draft.assembly = fresh_assembly();
    submission.draft.claimed_time = claimed_now();
    submission.id = {stream.partition, submission.draft.commit};
    made.together.push_back(std::move(submission));
  }
  if (made.together.size() == 1) {
    made.submission = std::move(made.together.front());
    made.together.clear();
  }
  return made;
}

}  // namespace

tl::expected<Plan, Refusals> plan(const RequestContext& context, const std::vector<Write>& writes,
                                  std::uint64_t commit_ordinal, const events::Digest16& request) {
  if (std::ranges::none_of(writes, &Write::is_conditional))
    return *plan_once(context, writes, commit_ordinal, request);
  constexpr int tries_max = 8;
  for (int tries = 0; tries < tries_max; ++tries) {
    auto settled = settle_conditions(context, writes, commit_ordinal);
    if (!settled) return tl::unexpected(std::move(settled.error()));
    auto made = plan_once(context, *settled, commit_ordinal, request);
    if (made) return std::move(*made);
  }
  return tl::unexpected(
      Refusals{{events::ErrorCode::conflict,
                "what the criteria lead to changed at each try; nothing was changed, try again",
                {}}});
}

}  // namespace ingest::fhir
