// The facts that alerts are made of, as their own family keeps them: a projection reads no other.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "projections/projection.h"
#include "projections/safety/source.h"

namespace projections::alerts {

// Whether events of the type can bring a fact; and whether these facts are one: most are not.
bool may_matter(events::ResourceType type);
bool matters(const events::schema::Facts& facts);
bool is_medication(events::ResourceType type);  // of a claim about a drug

std::string fact_key(const events::StreamKey& stream, events::ResourceType type,
                     std::string_view id);
// `confirmed`: when this content was last sent.
std::string fact_row(events::KnownTime confirmed, events::Version version,
                     std::string_view facts_bytes);

// A stream's fact rows, read at once.
class FactRows final : public safety::ChartSource {
 public:
  static Result<FactRows> read(const RowView& rows, Family family, const events::StreamKey& stream);

  bool has_drugs() const { return has_drugs_; }

  Result<MedicationClaims> claims() const override;
  Status each(events::ResourceType type, const Take& take) const override;
  Result<const events::schema::Facts*> find(events::ResourceType type,
                                            std::string_view id) const override;
  // Nothing: the edge wrote into the event what a reference led to, and what it did not find is
  // not checkable.
  Result<std::optional<safety::Product>> medication(std::string_view id) const override;
  Result<std::vector<SeriesValue>> values(std::string_view code) const override;

 private:
  struct Fact {
    events::ResourceType type{};
    std::string id;
    events::Version version;
    events::KnownTime confirmed;
    std::optional<events::Micros> time;  // main date
    const events::schema::Facts* facts = nullptr;
  };
  explicit FactRows(const events::StreamKey& stream) : stream_(stream) {}
  Status add(std::string_view key, std::string_view value);
  void sort();

  events::StreamKey stream_;
  std::deque<std::string> bytes_;  // what the facts lie in; addresses stay when this moves
  std::vector<Fact> facts_;        // by type, newest first, then by id: as the chart has them
  std::map<std::string, std::vector<SeriesValue>, std::less<>> values_;  // by LOINC code
  bool has_drugs_ = false;
};

}  // namespace projections::alerts
