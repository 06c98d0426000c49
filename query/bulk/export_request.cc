#include "query/bulk/export_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>

#include "events/clinical_time.h"
#include "query/fhir/negotiation.h"

namespace query::bulk {
namespace {

namespace json = boost::json;
using events::invalid;
using ops::http::Request;
using Level = ExportRequest::Level;
using Given = std::pair<std::string, std::string>;  // name, value

// parameter: [{name, valueString | valueInstant | valueUri | valueCode | valueReference}]
Result<Given> read_parameter(const json::value& parameter) {
  const auto* object = parameter.if_object();
  const auto* name = object == nullptr ? nullptr : object->if_contains("name");
  if (name == nullptr || !name->is_string())
    return invalid("Parameters.parameter: needs a name", "Parameters.parameter.name");
  for (const auto& [key, value] : *object) {
    if (!std::string_view(key).starts_with("value")) continue;
    if (value.is_string()) return Given(name->as_string(), value.as_string());
    const auto* reference =
        value.is_object() ? value.as_object().if_contains("reference") : nullptr;
    if (reference != nullptr && reference->is_string())
      return Given(name->as_string(), reference->as_string());
  }
  return invalid(fmt::format("Parameters.parameter {}: needs a value that is a text or a reference",
                             std::string_view(name->as_string())),
                 "Parameters.parameter.value");
}

Result<std::vector<Given>> read_parameters(const std::string& body) {
  std::vector<Given> given;
  if (body.empty()) return given;
  boost::system::error_code fault;
  const auto whole = json::parse(body, fault);
  const auto* object = fault ? nullptr : whole.if_object();
  const auto* type = object == nullptr ? nullptr : object->if_contains("resourceType");
  if (type == nullptr || *type != "Parameters")
    return invalid("body: not a FHIR Parameters resource; send one, or ask by GET");
  const auto* list = object->if_contains("parameter");
  if (list == nullptr) return given;
  if (!list->is_array()) return invalid("Parameters.parameter: must be a list");
  for (const auto& one : list->as_array()) {
    auto read = read_parameter(one);
    if (!read) return read.error();
    given.push_back(std::move(*read));
  }
  return given;
}

class Parser {
 public:
  Parser(const Request& request, Level level, events::KnownTime now)
      : request_(request), lenient_(fhir::is_lenient(request)), now_(now) {
    export_.level = level;
    export_.url = request.base_url + request.target;
  }

  Status take(const std::string& name, const std::string& value);
  Result<ExportRequest> finish() &&;

 private:
  Status take_types(std::string_view value);
  Status take_filters(std::string_view value);
  Status take_filter(std::string_view value);
  Status take_elements(std::string_view value);
  Status take_patient(std::string_view value);
  Status check_element_names() const;
  // Refused, or left out and told.
  Status refuse(events::Error error) {
    if (!lenient_) return error;
    error.message += "; it was ignored";
    export_.ignored.push_back(std::move(error));
    return {};
  }

  const Request& request_;
  const bool lenient_;
  const events::KnownTime now_;
  ExportRequest export_;
};

Status Parser::take(const std::string& name, const std::string& value) {
  if (name == "_format") return {};  // of the answers here; negotiated already
  if (name == "_outputFormat") {
    if (value == "application/fhir+ndjson" || value == "application/ndjson" || value == "ndjson")
      return {};
    return refuse(invalid(fmt::format(
        "_outputFormat: \"{}\" is not written here; write application/fhir+ndjson (+ as %2B)",
        value)));
  }
  if (name == "_since" || name == "_until") {
    const auto time = events::parse_instant(value);
    if (!time) return invalid(fmt::format("{}: {} (a + as %2B)", name, time.error().message));
    (name == "_since" ? export_.since : export_.until) = events::KnownTime(time->low);
    return {};
  }
  if (name == "_sincePosition") {
    auto token = events::PositionToken::parse(value);
    if (!token) return invalid("_sincePosition: " + token.error().message);
    export_.since_position = std::move(*token);
    return {};
  }
  if (name == "_type") return take_types(value);
  if (name == "_typeFilter") return take_filters(value);
  if (name == "_elements") return take_elements(value);
  if (name == "patient") return take_patient(value);
  return refuse(
      {events::ErrorCode::unsupported,
       fmt::format("{}: not a parameter of $export here; known are _since, _sincePosition, "
                   "_until, _type, _typeFilter, _elements, _outputFormat, patient",
                   name),
       {}});
}

Status Parser::take_types(std::string_view value) {
  for (const std::string_view one : fhir::split_escaped(value, ',')) {
    const auto type = events::type_of_name(one);
    if (type) {
      export_.types.insert(*type);
      continue;
    }
    auto refused = refuse(invalid(fmt::format(
        "_type: \"{}\" is not a resource type of this server; /fhir/metadata lists them", one)));
    if (!refused) return refused;
  }
  return {};
}

// A comma begins another filter only where `Type?` follows: commas are alternatives too.
Status Parser::take_filters(std::string_view value) {
  std::size_t begin = 0;
  for (std::size_t at = value.find(','); at != value.npos; at = value.find(',', at + 1)) {
    const auto question = value.find('?', at);
    if (question == value.npos) break;
    if (!events::type_of_name(value.substr(at + 1, question - at - 1))) continue;
    if (auto taken = take_filter(value.substr(begin, at - begin)); !taken) return taken;
    begin = at + 1;
  }
  return take_filter(value.substr(begin));
}

Status Parser::take_filter(std::string_view value) {
  const auto fault = [&](std::string_view why) {
    return invalid(fmt::format("_typeFilter: \"{}\": {}", value, why));
  };
  const auto question = value.find('?');
  const auto type = events::type_of_name(value.substr(0, question));
  if (question == value.npos || !type)
    return fault("write Type?parameter=value, encoded as a whole");
  auto parameters = fhir::parse_form(value.substr(question + 1));
  if (!parameters) return fault(parameters.error().message);
  const bool of_patients = events::type_name(*type) == "Patient";
  const auto* table =
      of_patients ? &projections::search::patient_table() : fhir::search_table(*type);
  if (table == nullptr) return fault("resources of that type are not searched here");
  auto query = fhir::parse_search(
      *table, {events::type_name(*type), *parameters, {request_.base_url, now_}, false});
  if (!query) return fault(query.error().message);
  if (!query->chains.empty() || !query->includes.empty() || !query->sort.empty())
    return fault("chains, _has, _include and _sort are not taken in a filter; write criteria only");
  if (query->criteria.empty()) return fault("has no criteria; use _type for all of a type");
  export_.filters[*type].push_back(std::move(*query));
  return {};
}

Status Parser::take_elements(std::string_view value) {
  auto subset = fhir::parse_elements(value);
  if (!subset) return subset.error();
  if (!export_.elements) {
    export_.elements = std::move(*subset);
  } else {
    auto& all = export_.elements->elements;
    all.insert(all.end(), subset->elements.begin(), subset->elements.end());
  }
  return {};
}

Status Parser::take_patient(std::string_view value) {
  if (request_.method != "POST" || export_.level == Level::system)
    return refuse(invalid(
        "patient: is taken in the Parameters of a POST to Patient/$export or Group/<id>/$export"));
  if (!export_.patients) export_.patients.emplace();
  for (std::string_view one : fhir::split_escaped(value, ',')) {
    auto reference =
        fhir::parse_reference("patient", one, events::type_of_name("Patient"), request_.base_url);
    if (!reference || !reference->url.empty() || !events::is_fhir_id(reference->id) ||
        (reference->type && events::type_name(*reference->type) != "Patient"))
      return invalid(
          fmt::format("patient: \"{}\" names no patient of this server; write Patient/<id>", one));
    export_.patients->push_back(reference->id);
  }
  return {};
}

// A name without type must be an element of one of the types at least.
Status Parser::check_element_names() const {
  if (!export_.elements) return {};
  for (const auto& element : export_.elements->elements) {
    fhir::Subset one{fhir::Subset::Kind::elements, {element}};
    Status checked = fhir::check_elements("Patient", one);
    if (!checked && element.find('.') == element.npos) {
      for (const auto type : events::all_types()) {
        if (export_.wants(type) && fhir::check_elements(events::type_name(type), one)) checked = {};
      }
    }
    if (!checked) return checked;
  }
  return {};
}

Result<ExportRequest> Parser::finish() && {
  if (export_.since && export_.since_position)
    return invalid("_since, _sincePosition: give one of them; the position is the exact one");
  if (auto named = check_element_names(); !named) return named.error();
  for (const auto& [type, filters] : export_.filters) {
    if (!export_.wants(type))
      return invalid(
          fmt::format("_typeFilter: {} is not among the types of _type", events::type_name(type)));
  }
  return std::move(export_);
}

}  // namespace

Result<ExportRequest> parse_export(const Request& request, Level level, events::KnownTime now) {
  std::vector<Given> given = request.query;
  if (request.method == "POST") {
    auto sent = read_parameters(request.body);
    if (!sent) return sent.error();
    given.insert(given.end(), sent->begin(), sent->end());
  }
  Parser parser(request, level, now);
  for (const auto& [name, value] : given) {
    if (auto taken = parser.take(name, value); !taken) return taken.error();
  }
  auto parsed = std::move(parser).finish();
  if (!parsed) return parsed.error();
  if (level == Level::group) parsed->group = request.capture("id");
  return parsed;
}

}  // namespace query::bulk
