#include "ingest/fhir/more.h"

#include <algorithm>
#include <map>
#include <string>

#include "events/check.h"
#include "events/fhir/definitions.h"

namespace ingest::fhir {
namespace {

using events::ResourceType;

// Names apart by spaces; `name=path` where R4 has no parameter of that name: the path it reads.
struct Row {
  ResourceType type;
  std::string_view parameters;
};
constexpr Row rows[] = {
    {ResourceType::Patient, "language link"},
    {ResourceType::Practitioner, "communication"},
    {ResourceType::PractitionerRole, "date endpoint service"},
    {ResourceType::Organization, "alias=Organization.alias endpoint"},
    {ResourceType::Location, "alias=Location.alias endpoint operational-status partof"},
    {ResourceType::Encounter,
     "account appointment based-on episode-of-care length location-period part-of "
     "special-arrangement"},
    {ResourceType::Condition,
     "abatement-age abatement-string evidence evidence-detail onset-age onset-info stage"},
    {ResourceType::AllergyIntolerance, "onset route"},
    {ResourceType::Observation, "focus part-of"},
    {ResourceType::Procedure, "instantiates-canonical instantiates-uri part-of"},
    {ResourceType::Immunization, "reaction reaction-date reason-reference series target-disease"},
    {ResourceType::Medication, "expiration-date ingredient lot-number"},
    {ResourceType::MedicationRequest, "intended-dispenser intended-performertype"},
    {ResourceType::MedicationStatement, "part-of"},
    {ResourceType::MedicationDispense, "destination receiver responsibleparty"},
    {ResourceType::MedicationAdministration, "device"},
    {ResourceType::DocumentReference,
     "authenticator event facility language location related relation security-label setting"},
    {ResourceType::CarePlan,
     "activity-date activity-reference based-on instantiates-canonical instantiates-uri part-of "
     "performer replaces"},
    {ResourceType::Goal, "target-date"},
    {ResourceType::Device, "location organization udi-carrier udi-di url"},
    {ResourceType::ImagingStudy, "dicom-class endpoint instance interpreter performer referrer"},
    {ResourceType::Claim,
     "care-team detail-udi enterer item-udi payee procedure-udi subdetail-udi"},
    {ResourceType::ExplanationOfBenefit,
     "detail-udi disposition enterer item-udi payee procedure-udi subdetail-udi"},
    {ResourceType::Coverage, "class-type class-value dependent"},
    {ResourceType::SupplyDelivery, "receiver"},
    {ResourceType::Provenance, "agent-role signature-type"},
    {ResourceType::ServiceRequest,
     "instantiates-canonical instantiates-uri order-detail=ServiceRequest.orderDetail "
     "performer-type replaces requisition"},
    {ResourceType::Specimen, "container container-id"},
    {ResourceType::Task,
     "based-on business-status focus group-identifier intent modified owner part-of performer "
     "priority requester"},
};

// The words of `text` between `separator`s.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find(separator));
    if (!part.empty()) parts.push_back(part);
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  return parts;
}

// An element's way from the resource: members by name, and what the last one is.
struct Way {
  std::vector<std::string_view> members;
  std::string_view type;  // Reference, CodeableConcept, dateTime …
  bool list = false;      // the last one is an array
};
struct Parameter {
  std::string_view name;
  std::vector<Way> ways;
};

// One branch of an expression: Type.a.b, with `as T` or `.as(T)` at the end for a choice.
struct Path {
  std::vector<std::string_view> names;
  std::string_view as;
};
Path parse(std::string_view text) {
  const auto bracket = [](char c) { return c == ' ' || c == '(' || c == ')'; };
  while (!text.empty() && bracket(text.front())) text.remove_prefix(1);
  while (!text.empty() && bracket(text.back())) text.remove_suffix(1);
  Path path;
  for (const std::string_view word : {".as(", " as "}) {
    const auto at = text.find(word);
    if (at == text.npos) continue;
    path.as = text.substr(at + word.size());
    text = text.substr(0, at);
  }
  path.names = split(text, '.');
  return path;
}

// All forms of a choice are ways of their own.
void follow(const events::fhir::Type& type, const Path& path, std::size_t depth, Way way,
            std::vector<Way>& found) {
  const std::string choice = std::string(path.names[depth]) + "[x]";
  for (const auto& element : type.elements) {
    if (element.name != path.names[depth] && element.definition != choice) continue;
    const bool last = depth + 1 == path.names.size();
    if (last && !path.as.empty() && element.type->name != path.as) continue;
    Way further = way;
    further.members.push_back(element.name);
    further.type = element.type->name;
    further.list = element.list;
    if (last) {
      found.push_back(std::move(further));
    } else {
      follow(*element.type, path, depth + 1, std::move(further), found);
    }
  }
}

bool is_time(std::string_view type) {
  return type == "date" || type == "dateTime" || type == "instant" || type == "Period";
}

Parameter parameter_of(std::string_view type, std::string_view word) {
  const auto equals = word.find('=');
  Parameter parameter{word.substr(0, equals), {}};
  std::string_view expression;
  bool of_time = false;
  if (equals != word.npos) {
    expression = word.substr(equals + 1);
  } else {
    const auto* known = events::fhir::search_parameter(type, word);
    CHECK(known != nullptr);
    expression = known->expression;
    of_time = known->kind == events::fhir::SearchKind::date;
  }
  const auto* definition = events::fhir::definition(type);
  CHECK(definition != nullptr);
  for (const std::string_view branch : split(expression, '|'))
    follow(*definition, parse(branch), 1, {}, parameter.ways);
  if (of_time)  // a choice may also be a string or a Timing
    std::erase_if(parameter.ways, [](const Way& way) { return !is_time(way.type); });
  CHECK(!parameter.ways.empty());
  return parameter;
}

using Parameters = std::map<ResourceType, std::vector<Parameter>>;
const Parameters& parameters() {
  static const Parameters all = [] {
    Parameters made;
    for (const Row& row : rows) {
      for (const std::string_view word : split(row.parameters, ' '))
        made[row.type].push_back(parameter_of(events::type_name(row.type), word));
    }
    return made;
  }();
  return all;
}

template <class T>
void read_all(const Element& from, const Way& way, std::vector<std::unique_ptr<T>>& to) {
  if (way.list) {
    from.get(way.members.back(), to);
  } else {
    from.add(way.members.back(), to);
  }
}

void read_text(const Element& from, const Way& way, std::vector<std::string>& to) {
  if (way.type == "boolean") {
    flatbuffers::Optional<bool> flag;
    from.get(way.members.back(), flag);
    if (flag) to.emplace_back(*flag ? "true" : "false");
  } else if (way.list) {
    from.get(way.members.back(), to);
  } else {
    from.add(way.members.back(), to);
  }
}

void read_time(const Element& from, const Way& way, schema::MoreT& to) {
  std::unique_ptr<schema::WhenT> when;
  from.get(way.members.back(), when);
  if (when) to.dates.push_back(std::move(when));
}

// A Range, Timing or other kind that search has no comparison for is left out.
void read_leaf(const Element& from, const Way& way, schema::MoreT& to) {
  const std::string_view type = way.type;
  if (type == "Reference") return read_all(from, way, to.references);
  if (type == "CodeableConcept") return read_all(from, way, to.concepts);
  if (type == "Coding") return read_all(from, way, to.codings);
  if (type == "Identifier") return read_all(from, way, to.identifiers);
  if (type == "Period") return read_all(from, way, to.periods);
  if (type == "Quantity" || type == "Age" || type == "Duration")
    return read_all(from, way, to.quantities);
  if (type == "date" || type == "dateTime" || type == "instant") return read_time(from, way, to);
  if (type == "code" || type == "string" || type == "uri" || type == "url" || type == "oid" ||
      type == "id" || type == "canonical" || type == "boolean")
    return read_text(from, way, to.texts);
}

void read_way(const Element& from, const Way& way, std::size_t depth, schema::MoreT& to) {
  const json::Value at = from.value()[way.members[depth]];
  if (!at) return;
  if (depth + 1 == way.members.size()) return read_leaf(from, way, to);
  if (at.is_object()) return read_way(Element(at, from.reading()), way, depth + 1, to);
  for (json::Value item = at.first(); item; item = item.next()) {
    if (item.is_object()) read_way(Element(item, from.reading()), way, depth + 1, to);
  }
}

bool is_empty(const schema::MoreT& more) {
  return more.codings.empty() && more.concepts.empty() && more.identifiers.empty() &&
         more.references.empty() && more.dates.empty() && more.periods.empty() &&
         more.quantities.empty() && more.texts.empty();
}

}  // namespace

std::span<const KeptParameter> kept_parameters() {
  static const std::vector<KeptParameter> all = [] {
    std::vector<KeptParameter> made;
    for (const auto& [type, list] : parameters()) {
      for (const Parameter& one : list) made.push_back({type, one.name});
    }
    return made;
  }();
  return all;
}

void map_more(const Element& from, ResourceType type,
              std::vector<std::unique_ptr<schema::MoreT>>& to) {
  const auto list = parameters().find(type);
  if (list == parameters().end()) return;
  for (const Parameter& parameter : list->second) {
    schema::MoreT more;
    for (const Way& way : parameter.ways) read_way(from, way, 0, more);
    if (is_empty(more)) continue;
    more.parameter = parameter.name;
    to.push_back(std::make_unique<schema::MoreT>(std::move(more)));
  }
}

}  // namespace ingest::fhir
