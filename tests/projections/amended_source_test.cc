#include "projections/safety/amended_source.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "projections/safety/shard_source.h"
#include "tests/projections/alert_facts.h"
#include "tests/projections/folded_rows.h"

namespace tests {
namespace {

using projections::safety::AmendedSource;
using projections::safety::Amendment;
using projections::safety::ChartSource;
using projections::safety::ShardSource;
using Type = events::ResourceType;
using Texts = std::vector<std::string>;

constexpr const char* ana_stream = "Patient/ana";
constexpr Type types[] = {Type::Patient,     Type::AllergyIntolerance, Type::Condition,
                          Type::Observation, Type::MedicationRequest,  Type::MedicationStatement};

std::string statement_of(const std::string& id, const std::string& drug) {
  schema::MedicationStatementT of;
  of.status = "active";
  of.medication = text_only(drug);
  return facts_of(schema::ResourceType::MedicationStatement, id, std::move(of));
}
std::string ann_born(const std::string& born, const std::string& died = {}) {
  return patient("ana", {"Reed", "Ann", born, "female", "77"}, died);
}
std::string weight_on(const std::string& id, const std::string& day, const std::string& kg) {
  return observation(id, day, {"29463-7", kg, "kg"});
}

// All that a source says, in its order.
Texts said_by(const ChartSource& source) {
  Texts all;
  for (const auto type : types) {
    const auto read = source.each(type, [&](auto id, auto version, const auto& facts) {
      all.push_back(fmt::format("{} {} {} {}", events::type_name(type), id, version.value,
                                facts.id()->string_view()));
    });
    EXPECT_TRUE(read);
  }
  const auto claims = source.claims();
  EXPECT_TRUE(claims);
  all.push_back("died " + claims->died.value_or("no"));
  for (const auto& claim : claims->claims) {
    all.push_back(fmt::format("claim {} {} {} {}", claim.id, claim.version.value,
                              static_cast<int>(claim.claim), claim.drug.display));
  }
  const auto values = source.values("29463-7");
  EXPECT_TRUE(values);
  for (const auto& value : *values)
    all.push_back(fmt::format("{} kg {} {}", value.value, value.id, value.version.value));
  return all;
}

class AmendedSourceTest : public ::testing::Test {
 protected:
  AmendedSourceTest() {
    rows_.known_from(events::parse_clinical_time("2026-11-27T12:00:00Z")->low);
    rows_.send(ana_stream, Type::Patient, "ana", ann_born("1970-05-06"));
    for (const char* id : {"a1", "a2", "a3"})
      rows_.send(ana_stream, Type::AllergyIntolerance, id, allergy(id, "penicillin"));
    for (const char* day : {"2026-01-05", "2026-03-05", "2026-02-05"}) {
      const std::string id = fmt::format("on-{}", day);
      rows_.send(ana_stream, Type::Condition, id, condition(id, "asthma", day));
      rows_.send(ana_stream, Type::Observation, "w-" + id, weight_on("w-" + id, day, "70"));
    }
    rows_.send(ana_stream, Type::MedicationRequest, "m1", order("m1", {"phenelzine"}));
    rows_.send(ana_stream, Type::MedicationStatement, "s1", statement_of("s1", "ibuprofen"));
    before_ = rows_.view();
  }
  ShardSource source(const projections::ShardView& view) const {
    return {view, FoldedRows::stream(ana_stream),
            [](auto) { return std::optional<projections::safety::Product>(); }};
  }
  // Folds the change, and lays it over the rows as they were.
  void change(Type type, const std::string& id, const std::string& facts, std::uint64_t version) {
    if (facts.empty()) {
      rows_.remove(ana_stream, type, id);
    } else {
      rows_.send(ana_stream, type, id, facts);
    }
    amendments_.push_back({type, id, facts, {version}});
  }
  Texts amended() const {
    const auto under = source(*before_);
    return said_by(AmendedSource(under, FoldedRows::stream(ana_stream), amendments_, now_));
  }

  FoldedRows rows_;
  std::shared_ptr<const projections::ShardView> before_;
  std::vector<Amendment> amendments_;
  const events::Micros now_ = events::parse_clinical_time("2026-11-27T12:00:00Z")->low;
};

TEST_F(AmendedSourceTest, SaysWhatTheRowsSayOnceItIsWritten) {
  change(Type::Patient, "ana", ann_born("2020-05-06"), 2);
  change(Type::AllergyIntolerance, "a2", {}, 2);
  change(Type::AllergyIntolerance, "a3", allergy("a3", "penicillin", "refuted"), 2);
  change(Type::AllergyIntolerance, "a0", allergy("a0", "latex"), 1);
  change(Type::Condition, "c-between", condition("c-between", "gout", "2026-02-20"), 1);
  change(Type::Condition, "on-2026-03-05", condition("on-2026-03-05", "gout", "2020-01-01"), 2);
  change(Type::Condition, "c-undated", condition("c-undated", "gout", ""), 1);
  change(Type::Observation, "w-new", weight_on("w-new", "2026-02-10", "71"), 1);
  change(Type::Observation, "w-on-2026-01-05", {}, 2);
  change(Type::MedicationRequest, "m1", order("m1", {"phenelzine", "stopped"}), 2);
  change(Type::MedicationRequest, "m2", order("m2", {"aspirin", "active", "2026-06-01"}), 1);
  change(Type::MedicationStatement, "s1", {}, 2);
  change(Type::MedicationStatement, "s2", statement_of("s2", "naproxen"), 1);

  const auto after = rows_.view();
  EXPECT_EQ(amended(), said_by(source(*after)));
  EXPECT_NE(amended(), said_by(source(*before_)));
}

TEST_F(AmendedSourceTest, ADeathThatComesCountsAndSoDoesOneThatIsTakenBack) {
  change(Type::Patient, "ana", ann_born("1970-05-06", "2026-11-01"), 2);
  EXPECT_EQ(amended(), said_by(source(*rows_.view())));
  before_ = rows_.view();
  amendments_.clear();
  change(Type::Patient, "ana", ann_born("1970-05-06"), 3);
  EXPECT_THAT(amended(), ::testing::Contains("died no"));
  EXPECT_EQ(amended(), said_by(source(*rows_.view())));
}

TEST_F(AmendedSourceTest, AResourceIsFoundAsItComesAndNotAtAllOnceItIsDeleted) {
  change(Type::MedicationRequest, "m1", {}, 2);
  change(Type::MedicationStatement, "s2", statement_of("s2", "naproxen"), 1);
  const auto under = source(*before_);
  const AmendedSource over(under, FoldedRows::stream(ana_stream), amendments_, now_);
  const auto gone = over.find(Type::MedicationRequest, "m1");
  const auto there = over.find(Type::MedicationStatement, "s2");
  ASSERT_TRUE(gone && there);
  EXPECT_EQ(*gone, nullptr);
  ASSERT_NE(*there, nullptr);
  EXPECT_EQ((*there)->id()->string_view(), "s2");
}

}  // namespace
}  // namespace tests
