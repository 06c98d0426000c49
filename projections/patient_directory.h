// Which patients there are: found by identifier, name, birth date and gender across
// all shards. Rows of each shard are added up when asked; the cost follows the hits.
//
// Family `patients`; keys in patient_directory.cc
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "projections/fold.h"
#include "projections/projection.h"
#include "projections/shard.h"

namespace events::schema {
struct Facts;
}

namespace projections {

class PatientDirectory final : public Projection {
 public:
  std::string_view name() const override { return "patients"; }
  std::uint32_t version() const override { return 1; }
  Status apply(const AcceptedEvent& event, Family family, RowBatch& batch) const override;
  Status forget(const events::StreamKey& stream, Family family, RowBatch& batch) const override;
};

// R4 string search: case and accents folded, prefix of any word of the name; FHIR search, string.
struct NameCriterion {
  enum class Part { any, family, given } part = Part::any;
  std::string text;    // as asked
  bool exact = false;  // :exact
};
struct DateCriterion {  // birthdate
  enum class Prefix { eq, ne, gt, lt, ge, le } prefix = Prefix::eq;
  events::Micros low{}, high{};
};
struct IdentifierCriterion {
  std::optional<std::string> system;  // nullopt: any; empty: none
  std::string value;                  // empty: any value of the system
};
// A candidate, as its row has it.
struct PatientRow {
  const ShardView& view;
  const events::StreamKey& stream;
  const std::string& id;
  events::Version version;
  const events::schema::Facts& facts;
};
// All criteria must hold; a criterion's alternatives (comma) are one inner vector.
struct PatientQuery {
  std::vector<std::vector<std::string>> ids;
  std::vector<std::vector<IdentifierCriterion>> identifiers;
  std::vector<std::vector<NameCriterion>> names;
  std::vector<std::vector<DateCriterion>> birth_dates;
  std::vector<std::vector<std::string>> genders;
  // Judged last, of what the others leave; null: nothing more.
  std::function<bool(const PatientRow&)> also;
  // PatientHit::place; null: none.
  std::function<std::string(const PatientRow&)> place;
};
struct PatientHit {
  std::string id;
  std::string family, given;  // of the official name, else the first
  std::string birth_date;     // as sent
  std::string gender;
  events::Version version;
  std::string place;  // what PatientQuery::place says; the order of hits is the names' all the same
};
// Live patients of one shard, ordered by folded family, given, birth date, id. The most
// selective criterion gives the candidates, each is then judged by all.
Result<std::vector<PatientHit>> find_patients(const ShardView& view, const PatientQuery& query);

// The resource of a row's key, as keys of the search index end: id (text) | stream; empty: the key
// does not read.
std::string resource_in_patients_key(std::string_view key);

}  // namespace projections
