// A patient's alerts as they were known earlier. The oracle is the shard itself: a snapshot taken
// then.
#include "projections/past_alerts.h"

#include <gmock/gmock.h>

#include <random>

#include "projections/alert_rows.h"
#include "projections/alerts.h"
#include "projections/as_of.h"
#include "projections/key_codec.h"
#include "tests/projections/alert_facts.h"
#include "tests/projections/fixture.h"

namespace tests {
namespace {

using projections::ShardView;
using Type = events::ResourceType;
using TableRows = std::vector<std::pair<std::string, std::string>>;

constexpr events::KnownTime start{std::chrono::seconds(1'780'000'000)};

std::string creatinine(const std::string& id, const std::string& value, const std::string& day) {
  schema::ObservationT of;
  of.status = "final";
  of.code = code_of("http://loinc.org", "2160-0");
  of.effective = when(day);
  of.value = std::make_unique<schema::ValueT>();
  of.value->quantity = quantity(value, "mg/dL");
  return facts_of(Type::Observation, id, std::move(of));
}

// What random commits do to few resources, so that ids come back and contents repeat.
class AlertActs {
 public:
  explicit AlertActs(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t end) { return random_() % end; }
  std::string one_of(const auto& texts) { return texts[below(std::size(texts))]; }

  Act act(const std::string& who) {
    static constexpr const char* drugs[] = {"phenelzine",     "fluoxetine", "simvastatin 20 MG",
                                            "clarithromycin", "ibuprofen",  "metformin 500 MG",
                                            "amoxicillin",    "lisinopril", "grandmother's drops"};
    static constexpr const char* statuses[] = {"active", "active", "active", "stopped",
                                               "entered-in-error"};
    static constexpr const char* allergens[] = {"penicillin", "aspirin", "peanut"};
    static constexpr const char* claims[] = {"confirmed", "confirmed", "refuted"};
    static constexpr const char* numbers[] = {"1", "3"};
    const std::string number = std::to_string(below(4));
    Act act;
    switch (below(8)) {
      case 0:
        act = of(Type::AllergyIntolerance, "a" + number, [&](const std::string& id) {
          return allergy(id, one_of(allergens), one_of(claims));
        });
        break;
      case 1:
        act = of(Type::Observation, "o" + number, [&](const std::string& id) {
          return creatinine(id, one_of(numbers), "2026-05-02");
        });
        break;
      case 2:
        act = of(Type::Condition, "c" + number, [&](const std::string& id) {
          return condition(id, "of no interest", "2020-01-01");
        });
        break;
      case 3:
        act = of(Type::Patient, who, [&](const std::string& id) {
          return patient(id, {"Reed", "Ann", "1970-05-06", "female", number},
                         below(6) ? "" : "2026-05-05");
        });
        break;
      default:
        act = of(Type::MedicationRequest, "m" + number, [&](const std::string& id) {
          return order(id, {one_of(drugs), one_of(statuses)});
        });
    }
    if (below(7) != 0) return act;
    act.what = Act::Do::remove;
    act.facts.clear();
    return act;
  }

 private:
  template <class Facts>
  static Act of(Type type, const std::string& id, const Facts& facts) {
    Act act;
    act.type = events::type_name(type);
    act.id = id;
    act.facts = facts(id);
    act.content = std::to_string(std::hash<std::string>()(act.facts));
    return act;
  }
  std::mt19937 random_;
};

class PastAlertsTest : public ::testing::Test, protected ShardsFixture {
 protected:
  PastAlertsTest() { log.set_time(start); }

  TableRows rows_of(const ShardView& of, const std::string& who) {
    TableRows all;
    const auto family = of.family("alerts");
    for (const auto kind : {projections::alerts::of_patient, projections::alerts::judged}) {
      const auto rows = of.rows().scan(family, projections::alerts::stream_key(kind, stream(who)));
      for (; rows->valid(); rows->next()) all.emplace_back(rows->key(), rows->value());
      EXPECT_TRUE(rows->status()) << rows->status().error().message;
    }
    return all;
  }
  // All patients', in pages of three: place, then what it says.
  TableRows pages_of(const ShardView& of, std::optional<projections::knowledge::Tier> tier) {
    TableRows all;
    const std::array<const ShardView*, 1> views{&of};
    for (std::string place;;) {
      const auto page = projections::alerts_in_force(views, {tier, {}, 3, place});
      EXPECT_TRUE(page) << page.error().message;
      if (!page || page->empty()) return all;
      for (const auto& one : *page)
        all.emplace_back(one.place, one.alert.id + projections::alerts::encode(one.alert));
      place = all.back().first;
    }
  }
  std::shared_ptr<const ShardView> over_all(events::Offset next, std::size_t patients_max) {
    auto budget = std::make_shared<projections::PastBudget>();
    budget->asked = "then";
    budget->patients_max = patients_max;
    return projections::view_as_of(view(), next, std::move(budget));
  }
  void know(const std::string& bytes) {
    Act act;
    act.type = events::type_name(Type::Setting);
    act.id = "knowledge";
    act.facts = setting("made", bytes);
    act.content = std::to_string(std::hash<std::string>()(bytes));
    Request request;
    request.stream = "settings/knowledge-0";
    request.acts = {act};
    submit(request);
  }
};

TEST_F(PastAlertsTest, EveryEarlierMomentHasTheAlertsThatWereThereThen) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  AlertActs acts(seed);
  const auto other = without("onc-high-08");
  const auto shipped = bundle([](std::string&) {});
  std::vector<std::shared_ptr<const ShardView>> then;
  for (int i = 0; i < 160; ++i) {
    log.set_time(start + std::chrono::hours(i * 7));
    if (acts.below(20) == 0) know(acts.below(2) ? other : shipped);
    Request request;
    request.patient = acts.below(4) ? "ana" : "bea";
    for (std::size_t n = 1 + acts.below(3); n > 0; --n)
      request.acts.push_back(acts.act(request.patient));
    submit(request);
    then.push_back(view());
  }
  std::size_t compared = 0;
  for (const auto& earlier : then) {
    const auto now = projections::view_as_of(view(), earlier->next_offset());
    for (const char* who : {"ana", "bea"}) {
      const auto expected = rows_of(*earlier, who);
      ASSERT_EQ(rows_of(*now, who), expected) << "offset " << earlier->next_offset().value;
      compared += expected.size();
    }
  }
  EXPECT_GT(compared, 500u);
}

TEST_F(PastAlertsTest, EveryEarlierMomentHasTheOrderOfAllPatientsThatWasThereThen) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  AlertActs acts(seed);
  std::vector<std::shared_ptr<const ShardView>> then;
  for (int i = 0; i < 160; ++i) {
    log.set_time(start + std::chrono::hours(i * 7));
    Request request;
    request.patient = std::array{"ana", "bea", "cyd"}[acts.below(i < 80 ? 3 : 2)];
    for (std::size_t n = 1 + acts.below(3); n > 0; --n)
      request.acts.push_back(acts.act(request.patient));
    submit(request);
    then.push_back(view());
  }
  std::size_t compared = 0;
  using projections::knowledge::Tier;
  for (const auto& earlier : then) {
    const auto now = over_all(earlier->next_offset(), 3);
    for (const auto tier : {std::optional<Tier>(), std::optional(Tier::stop)}) {
      const auto expected = pages_of(*earlier, tier);
      ASSERT_EQ(pages_of(*now, tier), expected) << "offset " << earlier->next_offset().value;
      compared += expected.size();
    }
  }
  EXPECT_GT(compared, 50u);
}

TEST_F(PastAlertsTest, MorePatientsThanMayBeLookedAtAreRefusedByName) {
  AlertActs acts(1);
  for (const char* who : {"ana", "bea", "cyd", "ana"}) {
    Request request;
    request.patient = who;
    request.acts = {acts.act(who)};
    submit(request);
  }
  const auto says = [&](std::size_t patients_max) {
    const auto earlier = over_all({1}, patients_max);
    const std::array<const ShardView*, 1> views{earlier.get()};
    const auto found = projections::alerts_in_force(views, {{}, {}, 10, {}});
    return found ? std::string() : found.error().message;
  };
  EXPECT_EQ(says(3), "");
  EXPECT_THAT(says(2),
              ::testing::HasSubstr("as of then: more than 2 patients' records have changed"));
}

TEST_F(PastAlertsTest, AllPatientsAtAnEarlierMomentAreNotAnsweredWithoutABudget) {
  AlertActs acts(1);
  submit({acts.act("ana")});
  submit({acts.act("ana")});
  const auto earlier = projections::view_as_of(view(), {1});
  const std::array<const ShardView*, 1> views{earlier.get()};
  const auto found = projections::alerts_in_force(views, {{}, {}, 10, {}});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, events::ErrorCode::unsupported);
}

}  // namespace
}  // namespace tests
