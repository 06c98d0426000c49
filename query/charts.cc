#include "query/charts.h"

#include <fmt/format.h>

#include <array>

#include "ops/auth/access.h"
#include "projections/chart.h"
#include "projections/facts_text.h"
#include "projections/medications.h"
#include "projections/patient_sites.h"
#include "projections/safety/measured_facts.h"
#include "projections/safety/shard_source.h"
#include "query/facts_json.h"
#include "query/medication_json.h"
#include "query/medication_moment.h"
#include "query/patient_answer.h"

namespace query {
namespace {

namespace schema = events::schema;
using events::Result;
using events::Status;
using projections::ChartCursor;
using projections::coded_text;
using projections::text_of;
using Type = events::ResourceType;

constexpr std::size_t limit_default = 50;
constexpr std::size_t limit_max = 1000;
// Rows of Observation that one chart reads to fill its three sections; beyond it says `more`.
constexpr std::size_t observations_read_max = 2000;

struct Section {
  std::string_view name;
  Type type;
};
constexpr std::array sections = {
    Section{"immunizations", Type::Immunization},
    Section{"procedures", Type::Procedure},
    Section{"encounters", Type::Encounter},
    Section{"care_plans", Type::CarePlan},
    Section{"reports", Type::DiagnosticReport},
    Section{"documents", Type::DocumentReference},
    Section{"coverage", Type::Coverage},
    Section{"devices", Type::Device},
    Section{"goals", Type::Goal},
    Section{"care_teams", Type::CareTeam},
};

// "No known …": SNOMED CT and the IPS absent-unknown code system.
bool says_none_known(const schema::Concept* codes) {
  const auto code = coded_text(codes).code;
  return code == "716186003" || code == "160245001" || code == "no-known-allergies" ||
         code == "no-known-problems";
}

const schema::Concept* code_of(const schema::Facts& facts) {
  if (const auto* condition = facts.of_as_Condition()) return condition->code();
  if (const auto* allergy = facts.of_as_AllergyIntolerance()) return allergy->code();
  return nullptr;
}

// Only what is active contradicts "none known"; without a clinical status it may be. `then`: at an
// earlier time, at which it had begun and not ended: its status of now does not matter.
bool is_active(const schema::Facts& facts, bool then) {
  const schema::Concept* clinical = nullptr;
  const schema::Concept* verification = nullptr;
  if (const auto* condition = facts.of_as_Condition()) {
    clinical = condition->clinical_status();
    verification = condition->verification_status();
  } else if (const auto* allergy = facts.of_as_AllergyIntolerance()) {
    clinical = allergy->clinical_status();
    verification = allergy->verification_status();
  }
  const auto status = coded_text(clinical).code;
  const bool is_over = status == "inactive" || status == "resolved" || status == "remission";
  return (then || !is_over) && coded_text(verification).code != "refuted";
}

// When a problem ended; nothing: nobody says so with a date.
const schema::When* end_of(const schema::Facts& facts) {
  const auto* condition = facts.of_as_Condition();
  if (condition == nullptr) return nullptr;
  if (condition->abatement() != nullptr) return condition->abatement();
  const auto* period = condition->abatement_period();
  return period == nullptr ? nullptr : period->end();
}

class ChartWriter {
 public:
  ChartWriter(const PatientRead& read, const Moment& moment, Names& names, std::size_t limit,
              JsonWriter& json)
      : read_(read), moment_(moment), names_(names), limit_(limit), json_(json) {}

  Status patient() {
    ChartCursor cursor(*read_.view, read_.stream, Type::Patient);
    json_.key("patient");
    if (cursor.valid()) {
      write_patient(cursor.facts(), cursor.id(), cursor.version(), json_);
    } else {
      json_.null().member("note", "patient not yet recorded");
    }
    return cursor.status();
  }

  // Absent: nobody says so, or not lately.
  Status pregnancy() {
    const projections::safety::ShardSource rows(
        *read_.view, read_.stream,
        [](std::string_view) -> Result<std::optional<projections::safety::Product>> {
          return std::optional<projections::safety::Product>();
        });
    const auto known = projections::safety::pregnancy_at(rows, moment_.judged_at);
    if (!known) return known.error();
    if (!*known) return {};
    const auto& [pregnancy, because] = **known;
    const std::chrono::year_month_day day(pregnancy.known);
    json_.key("pregnancy").begin_object();
    json_.member("known", fmt::format("{:04}-{:02}-{:02}", int(day.year()), unsigned(day.month()),
                                      unsigned(day.day())));
    json_.member("type", because.type).member("id", because.id);
    json_.member("version", because.version.value).end_object();
    ops::auth::note_returned(because.type, because.id, because.version);
    return {};
  }

  // How fresh what each site says is: when it last recorded something here.
  Status sites() {
    const auto sites = projections::sites_of(*read_.view, read_.stream);
    if (!sites) return sites.error();
    json_.key("sites").begin_array();
    for (const auto& one : *sites) {
      json_.begin_object().optional("site", one.site);
      json_.member("last", events::format_instant(one.last)).end_object();
    }
    json_.end_array();
    return {};
  }

  Status section(const Section& section) {
    ChartCursor cursor = open(section.type);
    json_.key(section.name).begin_object().key("items").begin_array();
    std::size_t written = 0;
    for (; cursor.valid() && written < limit_; cursor.next()) {
      if (is_entered_in_error(cursor.facts())) continue;
      write_facts(cursor.facts(), cursor.id(), cursor.version(), names_, json_);
      ++written;
    }
    json_.end_array().member("more", cursor.valid()).end_object();
    return cursor.status();
  }

  // State: list; none_known (said by a coded resource); not_asked (nothing is recorded);
  // conflict: "none known" stands beside an active one.
  Status section_with_state(const Section& section) {
    ChartCursor cursor = open(section.type);
    json_.key(section.name).begin_object();
    JsonWriter none_known;
    bool has_none_known = false, has_active = false, has_any = false;
    std::size_t written = 0;
    json_.key("items").begin_array();
    bool more = false;
    for (; cursor.valid(); cursor.next()) {
      const auto& facts = cursor.facts();
      if (is_entered_in_error(facts) || has_ended(facts)) continue;
      if (says_none_known(code_of(facts))) {
        if (!has_none_known && was_active(facts)) {
          write_facts(facts, cursor.id(), cursor.version(), names_, none_known);
          has_none_known = true;
        }
        continue;
      }
      has_any = true;
      has_active = has_active || was_active(facts);
      more = written == limit_;  // further ones still say whether "none known" is contradicted
      if (more) continue;
      write_facts(facts, cursor.id(), cursor.version(), names_, json_);
      ++written;
    }
    json_.end_array().member("more", more);
    json_.member("state", has_none_known && has_active ? "conflict"
                          : has_none_known             ? "none_known"
                          : has_any                    ? "list"
                                                       : "not_asked");
    if (has_none_known) json_.key("none_known").raw(std::move(none_known).take());
    json_.end_object();
    return cursor.status();
  }

  Status medications(const projections::knowledge::Knowledge& knowledge) {
    const auto reading =
        medications_then(read_, moment_, knowledge, projections::MedicationScope::in_force);
    if (!reading) return reading.error();
    json_.key("medications").begin_object().key("items").begin_array();
    std::size_t written = 0;
    for (const auto& line : reading->lines) {
      if (written == limit_) break;
      write_line(line, LineDetail::summary, names_, json_);
      ++written;
    }
    json_.end_array().member("more", reading->lines.size() > written);
    write_knowledge(knowledge, json_);
    json_.member("all", "/charts/" + read_.patient + "/medications").end_object();
    return {};
  }

  // Vital signs, laboratory and all else come from one scan.
  Status observations() {
    std::array<Bin, 3> bins{Bin{"vitals"}, Bin{"labs"}, Bin{"observations"}};
    for (auto& bin : bins) bin.json.begin_array();
    ChartCursor cursor = open(Type::Observation);
    std::size_t rows = 0;
    for (; cursor.valid() && rows < observations_read_max; cursor.next(), ++rows) {
      if (is_entered_in_error(cursor.facts())) continue;
      Bin& bin = bins[bin_of(cursor.facts().of_as_Observation())];
      bin.more = bin.written == limit_;
      if (bin.more) {
        if (bins[0].more && bins[1].more && bins[2].more) break;
        continue;
      }
      write_facts(cursor.facts(), cursor.id(), cursor.version(), names_, bin.json);
      ++bin.written;
    }
    for (auto& bin : bins) {
      bin.json.end_array();
      json_.key(bin.name).begin_object().key("items").raw(std::move(bin.json).take());
      json_.member("more", bin.more || cursor.valid()).end_object();
    }
    return cursor.status();
  }

 private:
  struct Bin {
    std::string_view name;
    JsonWriter json;
    std::size_t written = 0;
    bool more = false;
  };

  // From the first row that is not later than the time asked about; what has no time comes last.
  ChartCursor open(Type type) const {
    return moment_.at ? ChartCursor(*read_.view, read_.stream, type, moment_.judged_at)
                      : ChartCursor(*read_.view, read_.stream, type);
  }
  bool was_active(const schema::Facts& facts) const {
    return is_active(facts, moment_.at && end_of(facts) != nullptr);
  }
  // Surely over before the time asked about began. Without a date of its end it may not be.
  bool has_ended(const schema::Facts& facts) const {
    const auto* end = moment_.at ? end_of(facts) : nullptr;
    return end != nullptr && events::Micros(end->high()) <= moment_.at->low;
  }

  static std::size_t bin_of(const schema::Observation* observation) {
    if (observation == nullptr || observation->categories() == nullptr) return 2;
    for (const auto* category : *observation->categories()) {
      if (category->codings() == nullptr) continue;
      for (const auto* coding : *category->codings()) {
        if (text_of(coding->code()) == "vital-signs") return 0;
        if (text_of(coding->code()) == "laboratory") return 1;
      }
    }
    return 2;
  }

  const PatientRead& read_;
  const Moment& moment_;
  Names& names_;
  std::size_t limit_;
  JsonWriter& json_;
};

Status write_chart(const Sources& sources, const projections::knowledge::Knowledge& knowledge,
                   const PatientRead& read, const Moment& moment, std::size_t limit,
                   JsonWriter& json) {
  Names names(sources);
  ChartWriter chart(read, moment, names, limit, json);
  if (auto done = chart.patient(); !done) return done;
  if (auto done = chart.pregnancy(); !done) return done;
  if (auto done = chart.sites(); !done) return done;
  for (const Section& section :
       {Section{"problems", Type::Condition}, Section{"allergies", Type::AllergyIntolerance}}) {
    if (auto done = chart.section_with_state(section); !done) return done;
  }
  if (auto done = chart.medications(knowledge); !done) return done;
  if (auto done = chart.observations(); !done) return done;
  for (const Section& section : sections) {
    if (auto done = chart.section(section); !done) return done;
  }
  return {};
}

}  // namespace

void add_chart_routes(ops::http::Router& router, const Sources& sources, KnowledgeOf knowledge) {
  namespace schema = ops::http::schema;
  const auto section =
      schema::object({{"items", schema::array(schema::any_object)}, {"more", schema::yes_or_no}},
                     {{"state", schema::one_of({"list", "none_known", "conflict", "not_asked"})}});
  PatientRoute route{"/charts/{patient}", "A patient's chart: sections, newest first"};
  route.parameters = {count_text("limit", limit_default, limit_max), as_of_text(), at_text()};
  route.projections = {"chart", "medications", "series", "directory", "sites"};
  route.members = {
      {"patient", R"({"type":"object","nullable":true})"},
      {"sites", schema::array(schema::object({{"last", schema::text}}, {{"site", schema::text}}))}};
  for (const char* name :
       {"problems", "allergies", "medications", "vitals", "labs", "observations"})
    route.members.emplace_back(name, section);
  for (const Section& one : sections) route.members.emplace_back(one.name, section);
  route.optional = {
      {"pregnancy", schema::object({{"known", schema::text},
                                    {"type", schema::text},
                                    {"id", schema::fhir_id},
                                    {"version", schema::whole_number(1, 2147483647)}})}};
  route.write = [&sources, knowledge = std::move(knowledge)](const ops::http::Request& request,
                                                             const PatientRead& read,
                                                             JsonWriter& json) -> Status {
    const auto limit = count_parameter(request, "limit", limit_default, limit_max);
    if (!limit) return limit.error();
    const auto moment = moment_of(request, read);
    if (!moment) return moment.error();
    return write_chart(sources, *knowledge(read), read, *moment, *limit, json);
  };
  add_patient_route(router, sources, std::move(route));
}

}  // namespace query
