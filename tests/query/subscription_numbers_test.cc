#include "query/subscriptions/number_book.h"
#include "query/subscriptions/numbering.h"

#include "tests/projections/facts_builder.h"
#include "tests/query/read_fixture.h"

namespace tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace query::subscriptions;

std::vector<std::uint64_t> numbers_of(const std::vector<Numbered>& all) {
  std::vector<std::uint64_t> numbers;
  for (const auto& one : all) numbers.push_back(one.number);
  return numbers;
}

class NumberBookTest : public ::testing::Test {
 protected:
  NumberBookTest() { open(); }
  void open() {
    book_.reset();
    auto opened = NumberBook::open(folder_.path() / "numbers", log_);
    ASSERT_TRUE(opened) << opened.error().message;
    book_ = std::move(*opened);
  }
  std::vector<std::uint64_t> numbers(std::uint64_t from, std::uint64_t until,
                                     std::size_t limit = 100) {
    return numbers_of(book_->read("a", from, until, limit).value());
  }
  TemporaryFolder folder_;
  events::LogId log_{std::array<std::uint8_t, 16>{7}};
  std::unique_ptr<NumberBook> book_;
};

TEST_F(NumberBookTest, AnyRangeOfNumbersIsReadBackAlsoFromTheMiddleOfACommit) {
  book_->assign("a", {1, {{3}, {40}}, {0, 2, 5}});
  book_->assign("a", {4, {{1}, {9}}, {7}});
  book_->assign("ab", {1, {{0}, {0}}, {0}});
  ASSERT_TRUE(book_->write());
  open();

  EXPECT_THAT(numbers(1, 100), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(numbers(2, 3), ElementsAre(2, 3));
  EXPECT_THAT(numbers(2, 100, 2), ElementsAre(2, 3));
  EXPECT_THAT(numbers(5, 100), IsEmpty());
  const auto third = book_->read("a", 3, 3, 1).value().at(0);
  EXPECT_EQ(third.position, (events::Position{{3}, {40}}));
  EXPECT_EQ(third.ordinal, 5u);
}

TEST_F(NumberBookTest, CursorsAndWhatWasDeliveredAreThereAfterAStart) {
  book_->set_cursor("a", {{2}, 9, {{{0}, {5}}, {{1}, {0}}}});
  ASSERT_TRUE(book_->write());
  ASSERT_TRUE(book_->set_delivered("a", 8));
  ASSERT_TRUE(book_->set_alive("a", {3}));
  open();

  const auto entry = book_->all().value().at("a");
  EXPECT_EQ(entry.cursor.birth.value, 2u);
  EXPECT_EQ(entry.cursor.last, 9u);
  EXPECT_EQ(entry.cursor.next.at({0}).value, 5);
  EXPECT_EQ(entry.delivered, 8u);
  EXPECT_EQ(entry.alive.value, 3u);
}

TEST_F(NumberBookTest, ForgettingOneLeavesTheOthers) {
  for (const std::string id : {"a", "ab"}) {
    book_->set_cursor(id, {{1}, 1, {}});
    book_->assign(id, {1, {{0}, {0}}, {0}});
  }
  ASSERT_TRUE(book_->write());
  ASSERT_TRUE(book_->forget("a"));
  EXPECT_THAT(numbers(1, 9), IsEmpty());
  EXPECT_EQ(book_->all().value().size(), 1u);
  EXPECT_EQ(book_->read("ab", 1, 9, 9).value().size(), 1u);
}

TEST_F(NumberBookTest, AnotherLogsNumbersAreRefused) {
  book_.reset();
  const auto opened = NumberBook::open(folder_.path() / "numbers", events::LogId{});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, events::ErrorCode::precondition_failed);
}

std::string condition_of(const std::string& patient, const std::string& id) {
  schema::FactsT facts;
  facts.type = schema::ResourceType::Condition;
  facts.id = id;
  facts.of.Set(schema::ConditionT());
  facts.subjects.push_back(refer_to(schema::ResourceType::Patient, patient));
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Facts::Pack(builder, &facts));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

class NumberingTest : public ::testing::Test {
 protected:
  Feed feed(const std::string& id, const std::vector<std::string>& filters = {}) {
    auto topic = parse_topic("http://a/fhir/SubscriptionTopic/Condition-changed").value();
    Feed made{id, Filter::parse(topic, filters, "http://a").value(), {}};
    made.cursor.next = positions_at(read_.sources, {}).value();
    return made;
  }
  events::Position given(const std::string& patient, const std::string& id) {
    return read_.send(patient, "Condition", id, condition_of(patient, id));
  }
  void turn(Feed& of) {
    Feed* feeds[] = {&of};
    while (numbering_.turn(feeds).value()) {
    }
  }
  ReadFixture read_{4};
  std::unique_ptr<NumberBook> book_ =
      std::move(*NumberBook::open(read_.folder.path() / "numbers", read_.sources.log_id));
  Numbering numbering_{read_.sources, *book_};
};

TEST_F(NumberingTest, NumbersHaveNoGapAndKeepTheOrderOfEachPatient) {
  Feed all = feed("all");
  for (int i = 0; i < 40; ++i) {
    given(i % 3 == 0 ? "ana" : i % 3 == 1 ? "ben" : "eva", "c" + std::to_string(i));
    if (i % 7 == 0) turn(all);
  }
  turn(all);

  const auto rows = book_->read("all", 1, 1000, 1000).value();
  ASSERT_EQ(rows.size(), 40u);
  std::map<events::PartitionId, events::Offset> seen;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].number, i + 1);
    auto& last = seen.try_emplace(rows[i].position.partition, events::Offset{-1}).first->second;
    EXPECT_LT(last, rows[i].position.offset);
    last = rows[i].position.offset;
  }
}

TEST_F(NumberingTest, AfterACrashTheSameEventsKeepTheirNumbersAndNoneIsNumberedTwice) {
  Feed before = feed("all");
  given("ana", "c1");
  given("ben", "c2");
  turn(before);
  const auto told = book_->read("all", 1, 9, 9).value();
  given("ana", "c3");

  Feed after = feed("all");
  after.cursor = book_->all().value().at("all").cursor;
  turn(after);

  const auto rows = book_->read("all", 1, 9, 9).value();
  ASSERT_EQ(rows.size(), 3u);
  for (std::size_t i = 0; i < told.size(); ++i) EXPECT_EQ(rows[i].position, told[i].position);
}

TEST_F(NumberingTest, AFeedThatLiesBehindIsReadUpWithoutNumberingTheOthersAgain) {
  Feed ahead = feed("ahead");
  Feed behind = feed("behind");
  given("ana", "c1");
  given("ben", "c2");
  turn(ahead);
  Feed* both[] = {&ahead, &behind};
  ASSERT_TRUE(numbering_.turn(both));
  EXPECT_EQ(ahead.cursor.last, 2u);
  EXPECT_EQ(behind.cursor.last, 2u);
}

TEST_F(NumberingTest, ARepeatAndARefusedCommitAreNoEvents) {
  Feed all = feed("all");
  given("ana", "c1");
  given("ana", "c1");  // the same content: confirmed, no new version
  turn(all);
  EXPECT_EQ(all.cursor.last, 1u);
}

TEST_F(NumberingTest, FiltersSeeTheFactsAndADeleteIsJudgedByTheLastOnes) {
  Feed anas = feed("anas", {"Condition?patient=Patient/ana"});
  Feed removed = feed("removed", {"trigger=delete"});
  given("ana", "c1");
  given("ben", "c2");
  read_.send("ana", "Condition", "c1", "");
  turn(anas);
  turn(removed);
  EXPECT_EQ(anas.cursor.last, 2u);
  EXPECT_EQ(removed.cursor.last, 1u);
}

TEST_F(NumberingTest, AFeedBeginsWithTheFirstChangeRecordedAtItsTime) {
  given("ana", "c1");
  const auto second = given("ana", "c2");
  const auto view = read_.view(second.partition.value);
  const auto time = view->changes(second.offset, std::nullopt, 1).value().at(0).known_time;

  const auto next = positions_at(read_.sources, time).value();
  EXPECT_LE(next.at(second.partition), second.offset);
  const auto later = positions_at(read_.sources, time + std::chrono::microseconds(1)).value();
  EXPECT_GT(later.at(second.partition), second.offset);
}

}  // namespace
}  // namespace tests
