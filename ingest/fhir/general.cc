#include "ingest/fhir/general.h"

#include <algorithm>

#include "events/check.h"

namespace ingest::fhir {
namespace {

using events::ResourceType;
using Names = std::initializer_list<std::string_view>;

// Which element of a type is what; an empty name: the type has none. `*` after a name
// means that FHIR has an array there, `!` that FHIR requires it.
struct Shape {
  ResourceType type;
  std::string_view status;
  Codes statuses;
  Need status_need;
  std::string_view code, category, name, when, period, encounter;
  Names actors;
  Names references;
};

const std::initializer_list<Shape>& shapes() {
  constexpr Need must = Need::required;
  constexpr Need may = Need::optional;
  static const std::initializer_list<Shape> table = {
      {ResourceType::Endpoint,
       "status",
       codes::endpoint_status,
       must,
       "",
       "payloadType*",
       "name",
       "",
       "period",
       "",
       {},
       {"managingOrganization"}},
      {ResourceType::HealthcareService,
       "",
       {},
       may,
       "",
       "category*",
       "name",
       "",
       "",
       "",
       {},
       {"providedBy", "location*", "coverageArea*", "endpoint*"}},
      {ResourceType::Media,
       "status",
       codes::event_status,
       must,
       "type",
       "",
       "deviceName",
       "createdDateTime",
       "createdPeriod",
       "encounter",
       {"operator"},
       {"basedOn*", "partOf*", "device"}},
      {ResourceType::DeviceRequest,
       "status",
       codes::request_status,
       may,
       "codeCodeableConcept",
       "",
       "",
       "authoredOn",
       "occurrencePeriod",
       "encounter",
       {"requester", "performer"},
       {"codeReference", "basedOn*", "priorRequest*", "reasonReference*"}},
      {ResourceType::Communication,
       "status",
       codes::event_status,
       must,
       "topic",
       "category*",
       "",
       "sent",
       "",
       "encounter",
       {"sender", "recipient*"},
       {"basedOn*", "partOf*", "inResponseTo*", "about*", "reasonReference*"}},
      {ResourceType::AdverseEvent,
       "actuality",
       codes::adverse_event_actuality,
       must,
       "event",
       "category*",
       "",
       "date",
       "",
       "encounter",
       {"recorder", "contributor*"},
       {"resultingCondition*", "location", "referenceDocument*"}},
      {ResourceType::FamilyMemberHistory,
       "status",
       codes::history_status,
       must,
       "relationship!",
       "",
       "name",
       "date",
       "",
       "",
       {},
       {"reasonReference*"}},
      {ResourceType::Questionnaire,
       "status",
       codes::publication_status,
       must,
       "",
       "",
       "title",
       "date",
       "effectivePeriod",
       "",
       {},
       {}},
      {ResourceType::Subscription,
       "status",
       codes::subscription_status,
       must,
       "",
       "",
       "criteria!",
       "",
       "",
       "",
       {},
       {}},
      {ResourceType::Group, "", {}, may, "code", "", "name", "", "", "", {"managingEntity"}, {}},
      {ResourceType::Task,
       "status",
       codes::task_status,
       must,
       "code",
       "",
       "",
       "authoredOn",
       "executionPeriod",
       "encounter",
       {"requester", "owner"},
       {"focus", "basedOn*", "partOf*", "location", "reasonReference", "insurance*",
        "relevantHistory*"}},
      {ResourceType::ValueSet,
       "status",
       codes::publication_status,
       must,
       "",
       "",
       "name",
       "date",
       "",
       "",
       {},
       {}},
  };
  return table;
}

void add_all(const Element& from, const Names& names,
             std::vector<std::unique_ptr<schema::ReferenceT>>& to) {
  for (std::string_view name : names) {
    if (name.ends_with('*')) {
      from.get(name.substr(0, name.size() - 1), to);
    } else {
      from.add(name, to);
    }
  }
}

template <class Target>
void get_named(const Element& from, std::string_view name, Target& to) {
  if (name.empty()) return;
  const bool required = name.ends_with('!');
  if (required) name.remove_suffix(1);
  from.get(name, to, required ? Need::required : Need::optional);
}

// R4 has one identifier here for AdverseEvent, an array elsewhere.
void identifiers(const Element& from, ResourceType type,
                 std::vector<std::unique_ptr<schema::IdentifierT>>& to) {
  if (type == ResourceType::AdverseEvent) return from.add("identifier", to);
  from.get("identifier", to);
}

}  // namespace

void map(const Element& from, ResourceType type, schema::GeneralT& to) {
  const auto shape = std::find_if(shapes().begin(), shapes().end(),
                                  [&](const Shape& at) { return at.type == type; });
  CHECK(shape != shapes().end());
  identifiers(from, type, to.identifiers);
  if (!shape->status.empty())
    from.code(shape->status, to.status, shape->statuses, shape->status_need);
  get_named(from, shape->code, to.code);
  if (shape->category.ends_with('*'))
    from.get(shape->category.substr(0, shape->category.size() - 1), to.categories);
  get_named(from, shape->name, to.name);
  get_named(from, shape->when, to.when);
  get_named(from, shape->period, to.period);
  get_named(from, shape->encounter, to.encounter);
  add_all(from, shape->actors, to.actors);
  add_all(from, shape->references, to.references);
  if (type == ResourceType::Group) {
    from.each("member", [&](const Element& at) { at.add("entity", to.references); });
  }
}

}  // namespace ingest::fhir
