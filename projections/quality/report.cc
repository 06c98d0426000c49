#include "projections/quality/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "projections/quality/json_text.h"
#include "projections/quality/score.h"
#include "projections/quality/value_json.h"

namespace projections::quality {
namespace {

constexpr std::string_view population_system =
    "http://terminology.hl7.org/CodeSystem/measure-population";
constexpr std::string_view improvement_system =
    "http://terminology.hl7.org/CodeSystem/measure-improvement-notation";
constexpr std::string_view criteria_reference =
    "http://hl7.org/fhir/us/davinci-deqm/StructureDefinition/extension-criteriaReference";
constexpr std::string_view supplemental_data =
    "http://hl7.org/fhir/us/davinci-deqm/StructureDefinition/extension-supplementalData";
constexpr std::string_view group_improvement =
    "http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-improvementNotation";
constexpr std::string_view messages_extension =
    "http://hl7.org/fhir/StructureDefinition/cqf-messages";
// Ours: FHIR has none for what a measure's definitions came to.
constexpr std::string_view definitions_extension =
    "https://chartlog.example/StructureDefinition/measure-definitions";
constexpr std::string_view messages_id = "messages";

void write_coded(JsonText& json, std::string_view system, std::string_view code) {
  json.begin_object().key("coding").begin_array().begin_object();
  json.member("system", system).member("code", code);
  json.end_object().end_array().end_object();
}

void write_criteria_reference(JsonText& json, std::string_view id) {
  json.begin_object().member("url", criteria_reference).member("valueString", id).end_object();
}

// A reference that says which criteria it is there for.
void write_reference(JsonText& json, std::string_view reference,
                     std::span<const std::string> criteria) {
  json.begin_object();
  const bool any = std::any_of(criteria.begin(), criteria.end(),
                               [](const std::string& id) { return !id.empty(); });
  if (any) {
    json.key("extension").begin_array();
    for (const auto& id : criteria) {
      if (!id.empty()) write_criteria_reference(json, id);
    }
    json.end_array();
  }
  json.member("reference", reference).end_object();
}

// Resources that supplemental data consists of; empty: it is a calculated value.
std::vector<std::string> resources_in(const Value& value) {
  std::vector<std::string> references;
  if (value.is(Value::Kind::element)) {
    if (auto reference = resource_reference(value.element()); !reference.empty())
      references.push_back(std::move(reference));
    return references;
  }
  if (!value.is(Value::Kind::list)) return references;
  for (const auto& each : value.list()) {
    for (auto& inner : resources_in(each)) references.push_back(std::move(inner));
  }
  return references;
}

class Report {
 public:
  Report(const MeasureDefinition& measure, const ReportHeader& header)
      : measure_(measure), header_(header) {
    json_.begin_object().member("resourceType", "MeasureReport");
  }

  // Contained resources come first, as a reader sees what refers to them after.
  void contain(const std::string& resource) {
    contained_ += (contained_.empty() ? "" : ",") + resource;
  }
  void extend(std::string_view url, std::string_view reference, std::string_view criteria = {}) {
    JsonText json;
    json.begin_object().member("url", url).key("valueReference");
    const std::vector<std::string> ids{std::string(criteria)};
    write_reference(json, reference, ids);
    json.end_object();
    extensions_ += (extensions_.empty() ? "" : ",") + std::move(json).take();
  }

  void write_head(std::string_view status, std::string_view type) {
    if (!contained_.empty()) json_.key("contained").raw("[" + contained_ + "]");
    if (!extensions_.empty()) json_.key("extension").raw("[" + extensions_ + "]");
    json_.member("status", status).member("type", type);
    json_.member("measure", measure_.canonical());
    if (!header_.subject.empty()) write_reference_member("subject", header_.subject);
    json_.optional("date", header_.date);
    if (!header_.reporter.empty()) write_reference_member("reporter", header_.reporter);
    json_.key("period").begin_object().member("start", header_.period_start);
    json_.member("end", header_.period_end).end_object();
    write_improvement();
  }

  void write_groups(std::span<const GroupCount> groups, bool lists_subjects = false) {
    json_.key("group").begin_array();
    for (std::size_t i = 0; i < groups.size(); ++i)
      write_group(measure_.groups[i], groups[i], lists_subjects ? std::optional(i) : std::nullopt);
    json_.end_array();
  }

  void write_evaluated(std::span<const EvaluatedResource> resources) {
    if (resources.empty()) return;
    json_.key("evaluatedResource").begin_array();
    for (const auto& resource : resources) {
      const auto& version = resource.version;
      write_reference(
          json_, version.empty() ? resource.reference : resource.reference + "/_history/" + version,
          resource.criteria);
    }
    json_.end_array();
  }

  std::string take() && {
    json_.end_object();
    return std::move(json_).take();
  }

  static std::string list_id(std::size_t group, std::size_t population) {
    return fmt::format("subjects-{}-{}", group + 1, population + 1);
  }

 private:
  void write_reference_member(std::string_view name, std::string_view reference) {
    json_.key(name).begin_object().member("reference", reference).end_object();
  }

  // Of the report: only where all groups agree, and none is unclear.
  void write_improvement() {
    const auto first = measure_.groups.front().direction;
    const bool agree = std::all_of(measure_.groups.begin(), measure_.groups.end(),
                                   [&](const auto& group) { return group.direction == first; });
    if (agree && !code_of(first).empty()) {
      json_.key("improvementNotation");
      write_coded(json_, improvement_system, code_of(first));
    }
  }

  void write_group(const GroupDefinition& definition, const GroupCount& group,
                   std::optional<std::size_t> listed) {
    json_.begin_object().optional("id", group.id);
    if (!code_of(definition.direction).empty()) {
      json_.key("extension").begin_array().begin_object().member("url", group_improvement);
      json_.key("valueCodeableConcept");
      write_coded(json_, improvement_system, code_of(definition.direction));
      json_.end_object().end_array();
    }
    write_counts(definition, group, listed);
    if (!group.stratifiers.empty()) {
      json_.key("stratifier").begin_array();
      for (const auto& stratifier : group.stratifiers) write_stratifier(definition, stratifier);
      json_.end_array();
    }
    json_.end_object();
  }

  template <class Counts>
  void write_counts(const GroupDefinition& definition, const Counts& counts,
                    std::optional<std::size_t> listed = {}) {
    json_.key("population").begin_array();
    for (std::size_t i = 0; i < counts.populations.size(); ++i) {
      const auto& population = counts.populations[i];
      write_population(population.id, population.code, population.count,
                       listed ? list_id(*listed, i) : std::string());
    }
    for (const auto& each : counts.observations)
      write_population(each.id, "measure-observation", each.values.size(), {});
    json_.end_array();
    if (const auto score = score_of(definition.scoring, counts.populations, counts.observations))
      json_.key("measureScore").begin_object().key("value").raw(score->to_text()).end_object();
  }

  void write_population(const std::string& id, std::string_view code, std::size_t count,
                        const std::string& list) {
    json_.begin_object().optional("id", id).key("code");
    write_coded(json_, population_system, code);
    json_.key("count").count(count);
    if (!list.empty()) write_reference_member("subjectResults", "#" + list);
    json_.end_object();
  }

  void write_stratifier(const GroupDefinition& definition, const StratifierCount& stratifier) {
    json_.begin_object().optional("id", stratifier.id);
    json_.key("code").begin_array();
    for (const auto& component : stratifier.components)
      json_.begin_object().member("text", component).end_object();
    json_.end_array();
    if (!stratifier.strata.empty()) {
      json_.key("stratum").begin_array();
      for (const auto& stratum : stratifier.strata) write_stratum(definition, stratifier, stratum);
      json_.end_array();
    }
    json_.end_object();
  }

  void write_stratum(const GroupDefinition& definition, const StratifierCount& stratifier,
                     const StratumCount& stratum) {
    json_.begin_object();
    if (stratum.values.size() == 1) {
      write_stratum_value(stratum.values.front());
    } else {
      json_.key("component").begin_array();
      for (std::size_t i = 0; i < stratum.values.size(); ++i) {
        json_.begin_object().key("code").begin_object();
        json_.member("text", stratifier.components[i]).end_object();
        write_stratum_value(stratum.values[i]);
        json_.end_object();
      }
      json_.end_array();
    }
    write_counts(definition, stratum);
    json_.end_object();
  }

  void write_stratum_value(const StratumValue& value) {
    json_.key("value").begin_object();
    if (!value.code.empty()) {
      json_.key("coding").begin_array().begin_object().optional("system", value.system);
      json_.member("code", value.code).end_object().end_array();
    }
    json_.member("text", value.text).end_object();
  }

  const MeasureDefinition& measure_;
  const ReportHeader& header_;
  JsonText json_;
  std::string contained_;
  std::string extensions_;
};

// What went wrong or could not be used, each an issue.
void add_messages(Report& report, std::string_view severity,
                  std::span<const std::string> messages) {
  if (messages.empty()) return;
  JsonText json;
  json.begin_object().member("resourceType", "OperationOutcome").member("id", messages_id);
  json.key("issue").begin_array();
  for (const auto& message : messages) {
    json.begin_object().member("severity", severity).member("code", "processing");
    json.member("diagnostics", message.empty() ? "a message without text" : message).end_object();
  }
  json.end_array().end_object();
  report.contain(std::move(json).take());
  report.extend(messages_extension, "#" + std::string(messages_id));
}

// DEQM 4.0.0, Supplemental Data Extension: a calculation is an Observation, a resource itself.
void add_supplemental(Report& report, const SupplementalValue& datum, std::size_t number) {
  const auto references = resources_in(datum.value);
  for (const auto& reference : references)
    report.extend(supplemental_data, reference, datum.definition->id);
  if (!references.empty()) return;
  const auto id = fmt::format("supplemental-{}", number);
  JsonText json;
  json.begin_object().member("resourceType", "Observation").member("id", id);
  json.member("status", "final").key("code").begin_object();
  json.member("text", datum.definition->text).end_object();
  if (!write_observation_value(json, datum.value)) return;
  json.end_object();
  report.contain(std::move(json).take());
  report.extend(supplemental_data, "#" + id, datum.definition->id);
}

void write_definition(JsonText& json, const DefinitionValue& definition) {
  json.begin_object().member("name", definition.library + "." + definition.name);
  if (!definition.error.empty()) {
    json.key("part").begin_array().begin_object().member("name", "error");
    json.member("valueString", definition.error).end_object().end_array();
  } else if (definition.value.is(Value::Kind::boolean)) {
    json.key("valueBoolean").raw(definition.value.boolean() ? "true" : "false");
  } else {
    JsonText value;
    write_value(value, definition.value);
    json.member("valueString", std::move(value).take());
  }
  json.end_object();
}

void add_definitions(Report& report, std::span<const DefinitionValue> definitions) {
  if (definitions.empty()) return;
  JsonText json;
  json.begin_object().member("resourceType", "Parameters").member("id", "definitions");
  json.key("parameter").begin_array();
  for (const auto& definition : definitions) write_definition(json, definition);
  json.end_array().end_object();
  report.contain(std::move(json).take());
  report.extend(definitions_extension, "#definitions");
}

std::vector<std::string> left_out_message(std::size_t left_out) {
  if (left_out == 0) return {};
  return {fmt::format("{} patients could not be evaluated and are in no count", left_out)};
}

void contain_lists(Report& report, const SubjectLists& subjects) {
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    for (std::size_t j = 0; j < subjects[i].size(); ++j) {
      JsonText json;
      json.begin_object().member("resourceType", "List").member("id", Report::list_id(i, j));
      json.member("status", "current").member("mode", "snapshot");
      if (!subjects[i][j].empty()) {
        json.key("entry").begin_array();
        for (const auto& subject : subjects[i][j]) {
          json.begin_object().key("item").begin_object().member("reference", subject);
          json.end_object().end_object();
        }
        json.end_array();
      }
      json.end_object();
      report.contain(std::move(json).take());
    }
  }
}

}  // namespace

std::string individual_report(const MeasureDefinition& measure, const MeasureCounts& counts,
                              const ReportHeader& header) {
  Report report(measure, header);
  std::size_t number = 0;
  for (const auto& datum : counts.supplemental_data) add_supplemental(report, datum, ++number);
  add_definitions(report, counts.definitions);
  add_messages(report, "warning", counts.messages);
  report.write_head(header.status, "individual");
  report.write_groups(counts.groups);
  report.write_evaluated(counts.evaluated_resources);
  return std::move(report).take();
}

std::string failed_report(const MeasureDefinition& measure, const events::Error& error,
                          const ReportHeader& header) {
  Report report(measure, header);
  const std::vector<std::string> message{error.message};
  add_messages(report, "error", message);
  report.write_head("error", "individual");
  return std::move(report).take();
}

std::string summary_report(const MeasureDefinition& measure, std::span<const GroupCount> groups,
                           const ReportHeader& header, std::size_t left_out) {
  Report report(measure, header);
  add_messages(report, "warning", left_out_message(left_out));
  report.write_head(header.status, "summary");
  report.write_groups(groups);
  return std::move(report).take();
}

void add_subject(SubjectLists& lists, std::span<const GroupCount> groups,
                 const std::string& subject) {
  lists.resize(groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    lists[i].resize(groups[i].populations.size());
    for (std::size_t j = 0; j < groups[i].populations.size(); ++j) {
      if (groups[i].populations[j].count > 0) lists[i][j].push_back(subject);
    }
  }
}

std::string subject_list_report(const MeasureDefinition& measure,
                                std::span<const GroupCount> groups, const SubjectLists& subjects,
                                const ReportHeader& header, std::size_t left_out) {
  Report report(measure, header);
  contain_lists(report, subjects);
  add_messages(report, "warning", left_out_message(left_out));
  report.write_head(header.status, "subject-list");
  report.write_groups(groups, true);
  return std::move(report).take();
}

}  // namespace projections::quality
