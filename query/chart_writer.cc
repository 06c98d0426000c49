#include "query/chart_writer.h"

#include <fmt/format.h>

#include <array>

#include "ops/auth/access.h"
#include "projections/facts_text.h"
#include "projections/medications.h"
#include "projections/patient_sites.h"
#include "projections/safety/measured_facts.h"
#include "projections/safety/shard_source.h"
#include "query/clinical_state.h"
#include "query/facts_json.h"
#include "query/medication_json.h"

namespace query {
namespace {

namespace schema = events::schema;
using events::Result;
using events::Status;
using projections::ChartCursor;
using projections::text_of;
using Type = events::ResourceType;

// Rows of Observation that one chart reads to fill its three sections; beyond it says `more`.
constexpr std::size_t observations_read_max = 2000;

struct Bin {
  std::string_view name;
  JsonWriter json;
  std::size_t written = 0;
  bool more = false;
};

// Vital signs, laboratory, all else: its place in a list of these.
std::size_t bin_of(const schema::Observation* observation) {
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

}  // namespace

Status ChartWriter::patient() {
  ChartCursor cursor(*read_.view, read_.stream, Type::Patient);
  json_.key("patient");
  if (cursor.valid()) {
    write_patient(cursor.facts(), cursor.id(), cursor.version(), json_);
  } else {
    json_.null().member("note", "patient not yet recorded");
  }
  return cursor.status();
}

Status ChartWriter::pregnancy() {
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

Status ChartWriter::sites() {
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

Status ChartWriter::section(const ChartSection& section) {
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

Status ChartWriter::section_with_state(const ChartSection& section) {
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
    if (says_none_known(facts)) {
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

Status ChartWriter::medications(const projections::knowledge::Knowledge& knowledge) {
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

Status ChartWriter::observations() {
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

ChartCursor ChartWriter::open(Type type) const {
  return moment_.at ? ChartCursor(*read_.view, read_.stream, type, moment_.judged_at)
                    : ChartCursor(*read_.view, read_.stream, type);
}

bool ChartWriter::was_active(const schema::Facts& facts) const {
  return is_active(facts, moment_.at && end_of(facts) != nullptr);
}

bool ChartWriter::has_ended(const schema::Facts& facts) const {
  const auto* end = moment_.at ? end_of(facts) : nullptr;
  return end != nullptr && events::Micros(end->high()) <= moment_.at->low;
}

}  // namespace query
