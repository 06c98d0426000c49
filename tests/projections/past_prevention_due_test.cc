// What is due at an earlier moment. The oracle is the shard itself: a snapshot taken then.
#include "projections/past_prevention_due.h"

#include <gmock/gmock.h>

#include <random>

#include "projections/as_of.h"
#include "projections/past_budget.h"
#include "projections/prevention_due_rows.h"
#include "tests/projections/facts_builder.h"
#include "tests/projections/fixture.h"

namespace tests {
namespace {

namespace due = projections::due;
using projections::RowTable;
using projections::ShardView;
using Type = events::ResourceType;

// What random commits do to few resources, so that ids come back and contents repeat.
class RandomDue {
 public:
  explicit RandomDue(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t end) { return random_() % end; }

  Act act(const std::string& who) {
    const std::string number = std::to_string(below(3));
    Act act;
    switch (below(6)) {
      case 0:
        act = of(Type::Patient, who, person(who));
        break;
      case 1:
        act = of(Type::Condition, "c" + number, condition("c" + number, "sinusitis", "2020-01-01"));
        break;
      case 2:
        act = of(Type::Immunization, "i" + number, dose("i" + number));
        break;
      default:
        act = of(Type::Procedure, "p" + number, procedure("p" + number));
    }
    if (below(5) != 0) return act;
    act.what = Act::Do::remove;
    act.facts.clear();
    return act;
  }

 private:
  std::string one_of(std::initializer_list<const char*> texts) {
    return *(texts.begin() + below(texts.size()));
  }
  static Act of(Type type, const std::string& id, std::string facts) {
    Act act;
    act.type = events::type_name(type);
    act.id = id;
    act.facts = std::move(facts);
    act.content = std::to_string(std::hash<std::string>()(act.facts));
    return act;
  }
  std::string person(const std::string& id) {
    schema::PatientT table;
    table.birth_date = when(one_of({"1956-06-01", "1985-05-01"}));
    table.birth_sex = "F";
    return facts_of(Type::Patient, id, std::move(table));
  }
  std::string procedure(const std::string& id) {
    schema::ProcedureT table;
    table.status = one_of({"completed", "completed", "entered-in-error"});
    // A mammogram, a colonoscopy, and what nobody asks for.
    table.code = code_of("http://snomed.info/sct", one_of({"71651007", "73761001", "80146002"}));
    table.performed = when(one_of({"2026-01-05", "2015-02-03"}));
    return facts_of(Type::Procedure, id, std::move(table));
  }
  std::string dose(const std::string& id) {
    schema::ImmunizationT table;
    table.status = "completed";
    table.vaccine = code_of("http://hl7.org/fhir/sid/cvx", one_of({"187", "115"}));
    table.occurrence = when(one_of({"2026-01-05", "2019-02-03"}));
    return facts_of(Type::Immunization, id, std::move(table));
  }
  std::mt19937 random_;
};

class PastPreventionDueTest : public ::testing::Test, protected ShardsFixture {
 protected:
  static constexpr events::KnownTime start{std::chrono::seconds(1'780'000'000)};

  void given(const std::string& who, std::vector<Act> acts) {
    Request request;
    request.patient = who;
    request.acts = std::move(acts);
    submit(request);
  }
  static void add_rows(const ShardView& of, const std::string& prefix, RowTable& all) {
    const auto rows = of.rows().scan(of.family("prevention_due"), prefix);
    for (; rows->valid(); rows->next()) all.emplace_back(rows->key(), rows->value());
    EXPECT_TRUE(rows->status()) << rows->status().error().message;
  }
  // What a page reads.
  RowTable rows_of(const ShardView& of) {
    RowTable all;
    add_rows(of, std::string(1, static_cast<char>(due::by_day)), all);
    for (const char* who : {"ana", "bea", "cyd"})
      add_rows(of, due::stream_key(due::facts_of, stream(who)), all);
    return all;
  }
  std::shared_ptr<const ShardView> then(events::Offset next, std::size_t assessed_max = 3) {
    auto budget = std::make_shared<projections::PastBudget>();
    budget->asked = "then";
    budget->assessed_max = assessed_max;
    return projections::view_as_of(view(), next, std::move(budget));
  }
};

TEST_F(PastPreventionDueTest, EveryEarlierMomentHasTheRowsThatWereThereThen) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  RandomDue acts(seed);
  std::vector<std::shared_ptr<const ShardView>> snapshots;
  for (int i = 0; i < 100; ++i) {
    log.set_time(start + std::chrono::hours(i * 31));
    // One of them is left alone after a while.
    const std::string who = std::array{"ana", "bea", "cyd"}[acts.below(i < 50 ? 3 : 2)];
    std::vector<Act> commit;
    for (std::size_t n = 1 + acts.below(3); n > 0; --n) commit.push_back(acts.act(who));
    given(who, std::move(commit));
    snapshots.push_back(view());
  }
  std::size_t compared = 0;
  for (const auto& earlier : snapshots) {
    const auto expected = rows_of(*earlier);
    ASSERT_EQ(rows_of(*then(earlier->next_offset())), expected)
        << "offset " << earlier->next_offset().value;
    compared += expected.size();
  }
  EXPECT_GT(compared, 100u);
}

TEST_F(PastPreventionDueTest, MorePatientsThanAreAssessedAgainAreRefusedByName) {
  RandomDue acts(1);
  for (const char* who : {"ana", "bea", "cyd", "ana"}) given(who, {acts.act(who)});
  const auto says = [&](std::size_t assessed_max) {
    const auto earlier = then({1}, assessed_max);
    const auto rows = earlier->rows().scan(earlier->family("prevention_due"),
                                           std::string(1, static_cast<char>(due::by_day)));
    return rows->status() ? std::string() : rows->status().error().message;
  };
  EXPECT_EQ(says(3), "");
  EXPECT_THAT(says(2), ::testing::HasSubstr("as of then: more than 2 patients' records"));
}

}  // namespace
}  // namespace tests
