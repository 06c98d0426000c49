// Shards over a log: what survives a crash, what a bad record costs, that every fold of
// one log gives the same rows.
#include "projections/shards.h"

#include <atomic>
#include <thread>

#include "events/record.h"
#include "events/schema/clinical_generated.h"
#include "projections/families.h"
#include "projections/key_codec.h"
#include "tests/projections/fixture.h"

namespace projections {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::tests::create;
using ::tests::remove;
using ::tests::update;
using namespace std::chrono_literals;

constexpr auto condition = events::schema::ResourceType::Condition;

// The current status of each resource, which the fixture makes of its content. Cannot
// take `poison`, until it is healed.
class Statuses final : public Projection {
 public:
  Statuses(std::string name, std::uint32_t version) : name_(std::move(name)), version_(version) {}
  std::string_view name() const override { return name_; }
  std::uint32_t version() const override { return version_; }
  Status apply(const AcceptedEvent& event, Family family, RowBatch& batch) const override {
    const auto key = KeyWriter(event.stream).text(event.id).key();
    if (event.facts == nullptr) {
      batch.erase(family, key);
      return {};
    }
    const std::string status = event.facts->of_as_General()->status()->str();
    batch.put(family, key, status + std::to_string(version_));
    if (status == "poison" && !healed) return events::corrupt("poison");
    if (status == "bomb" && !healed) throw std::runtime_error("bomb");
    return {};
  }
  mutable std::atomic<bool> healed = false;

 private:
  const std::string name_;
  const std::uint32_t version_;
};

class ShardsTest : public ::testing::Test, protected ::tests::ShardsFixture {
 protected:
  ShardsTest() { use(1); }
  void use(std::uint32_t version) {
    projections_.clear();
    projections_.push_back(std::make_unique<Statuses>("frail", version));
    projections_.push_back(std::make_unique<Statuses>("sturdy", version));
    static_cast<const Statuses&>(*projections_.back()).healed = true;
    options.projections = projections_;
  }
  const Statuses& frail() const { return static_cast<const Statuses&>(*projections_.front()); }

  std::string status_of(const std::string& id, const std::string& projection = "frail",
                        const std::string& patient = "ana") {
    const auto seen = view();
    auto row =
        seen->rows().get(seen->family(projection), KeyWriter(stream(patient)).text(id).key());
    EXPECT_TRUE(row);
    return row->value_or("none");
  }
  void some_history() {
    submit({create("a"), create("b"), create("c")});
    submit({update("a", "two"), remove("b")});
    submit({create("a")});  // refused
    submit({update("a", "two")});
    submit(::tests::Request{.patient = "bea", .acts = {create("a")}});
    submit(::tests::Request{
        .patient = "bea", .acts = {create("large")}, .padding = 2 * events::part_bytes});
  }
  bool waits_for_problem(const std::string& text) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < deadline) {
      if (shards->shard({0}).problem().find(text) != std::string::npos) return true;
      std::this_thread::yield();
    }
    return false;
  }

  // The problem is taken back after the batch that went through.
  bool goes_on() {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < deadline) {
      if (shards->shard({0}).problem().empty()) return true;
      std::this_thread::yield();
    }
    return false;
  }

  std::vector<std::unique_ptr<const Projection>> projections_;
};

TEST_F(ShardsTest, RowsVersionsAndChangesShowWhatWasAccepted) {
  some_history();
  const auto seen = view();

  EXPECT_EQ(status_of("a"), "two1");
  EXPECT_EQ(status_of("b"), "none");
  const auto history = seen->history(stream("ana"), condition, "b");
  ASSERT_THAT(*history, SizeIs(2));
  EXPECT_EQ(history->front().effect, events::EventEffect::deleted);
  const auto changes = seen->changes({0}, stream("ana"), 10);
  ASSERT_THAT(*changes, SizeIs(3));
  EXPECT_EQ((*changes)[1].stream_name, "Patient/ana");
  EXPECT_THAT((*changes)[1].events, SizeIs(2));
  EXPECT_THAT(*seen->changes({0}, std::nullopt, 10), SizeIs(5));
  EXPECT_THAT(*seen->changes((*changes)[2].position.offset, stream("ana"), 10), SizeIs(1));
}

TEST_F(ShardsTest, ADocumentOpensAsReceived) {
  submit({create("a", "hello")});

  EXPECT_EQ(*shards->raw_document(stream("ana"), *current("a")), "{\"is\":\"hello\"}");
}

TEST_F(ShardsTest, TheLookupFindsByIdByIdentifierAndByCommit) {
  auto act = create("a");
  act.identifier = "x";
  ::tests::Request request;
  request.acts = {act};
  request.key = "key";
  submit(request);
  auto& lookup = shards->lookup();

  EXPECT_EQ((*lookup.find(condition, events::ResourceId("a")))->stream, stream("ana"));
  EXPECT_FALSE(lookup.find(condition, events::ResourceId("b"))->has_value());
  EXPECT_THAT(*lookup.find_by_identifier(condition, stream("ana"), "test", "x", 9), SizeIs(1));
  EXPECT_THAT(*lookup.find_by_identifier(condition, std::nullopt, std::nullopt, "x", 9), SizeIs(1));
  EXPECT_THAT(*lookup.find_by_identifier(condition, stream("ana"), "other", "x", 9), IsEmpty());
  EXPECT_THAT(*lookup.find_by_identifier(condition, stream("bea"), std::nullopt, "x", 9),
              IsEmpty());
  EXPECT_THAT(*lookup.facts_of(condition, events::ResourceId("a")), HasSubstr("one"));
  const auto status = lookup.commit(id_of(build(request)));
  EXPECT_EQ(status->state, events::CommitStatus::State::accepted);
  EXPECT_THAT(status->outcome.events, SizeIs(1));
}

TEST_F(ShardsTest, ACrashLosesNothingAndCountsNothingTwice) {
  some_history();
  const auto before = state_hash();
  crash();

  EXPECT_EQ(state_hash(), before);
}

TEST_F(ShardsTest, ACrashAfterAFlushReadsOnFromThere) {
  options.flush_events_max = 4;
  some_history();
  const auto before = state_hash();
  crash();
  const auto read_before = metric("worker_records_total");

  EXPECT_EQ(state_hash(), before);
  EXPECT_LT(metric("worker_records_total") - read_before, 8);
}

TEST_F(ShardsTest, AnOrderlyEndLeavesNothingToReadAgain) {
  options.flush_at_close = true;
  some_history();
  const auto before = state_hash();
  crash();
  const auto read_before = metric("worker_records_total");

  EXPECT_EQ(state_hash(), before);
  EXPECT_EQ(metric("worker_records_total"), read_before);
}

TEST_F(ShardsTest, RowsDoNotDependOnWhereBatchesEnd) {
  some_history();
  const auto live = state_hash();

  EXPECT_EQ(state_hash_of_fresh_fold(1), live);
  EXPECT_EQ(state_hash_of_fresh_fold(4u << 20), live);
}

TEST_F(ShardsTest, ARebuildGivesTheSameRowsAndReadersSeeNoGap) {
  some_history();
  const auto before = state_hash();
  const auto old_view = view();
  std::uint64_t done = 0, end = 0;

  const auto rebuilt = shards->rebuild([&](std::uint64_t d, std::uint64_t e) {
    done = d, end = e;
    EXPECT_EQ(metric("rebuild_running"), 1);
    EXPECT_EQ(metric("rebuild_records_done"), static_cast<double>(d));
  });

  ASSERT_TRUE(rebuilt) << rebuilt.error().message;
  EXPECT_EQ(metric("rebuild_running"), 0);
  EXPECT_EQ(metric("rebuild_records"), static_cast<double>(end));
  EXPECT_EQ(metric("rebuild_failed"), 0);
  EXPECT_EQ(done, end);
  EXPECT_EQ(state_hash(), before);
  EXPECT_EQ(*projections::state_hash(*old_view), before);
  EXPECT_TRUE(std::filesystem::exists(options.directory / "0" / "2"));
  submit({create("later")});
  EXPECT_EQ(status_of("later"), "one1");
  crash();
  open();
  EXPECT_EQ(status_of("later"), "one1");
}

TEST_F(ShardsTest, ARebuildWhileWritesArriveLosesNoneOfThem) {
  some_history();
  std::atomic<int> written = 0;
  std::jthread writer([&](const std::stop_token& stop) {
    while (!stop.stop_requested() || written < 20) {
      submit({create("w" + std::to_string(written))});
      ++written;
    }
  });
  for (int i = 0; i < 3; ++i) {
    const auto rebuilt = shards->rebuild({});
    EXPECT_TRUE(rebuilt) << rebuilt.error().message;
  }
  writer.request_stop();
  writer.join();

  EXPECT_EQ(status_of("w0"), "one1");
  EXPECT_EQ(status_of("w" + std::to_string(written - 1)), "one1");
  EXPECT_EQ(state_hash(), state_hash_of_fresh_fold(1));
}

TEST_F(ShardsTest, TheOldGenerationGoesWithItsLastReader) {
  some_history();
  auto old_view = view();
  ASSERT_TRUE(shards->rebuild({}));
  EXPECT_TRUE(std::filesystem::exists(options.directory / "0" / "1"));
  old_view.reset();

  EXPECT_FALSE(std::filesystem::exists(options.directory / "0" / "1"));
}

TEST_F(ShardsTest, AChangedProjectionIsBuiltBesideTheOldRowsAndSwappedIn) {
  options.flush_at_close = true;
  some_history();
  crash();
  use(2);
  open();
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (status_of("a") != "two2" && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();

  EXPECT_EQ(status_of("a"), "two2");
  EXPECT_EQ(state_hash(), state_hash_of_fresh_fold(1));
}

TEST_F(ShardsTest, OneOtherByteOfAValueChangesTheHash) {
  options.flush_at_close = true;
  some_history();
  const auto before = state_hash();
  crash();
  {
    auto store = Store::open(
        {options.directory / "0" / "1", family_names(projections_), make_shared_resources({})});
    ASSERT_TRUE(store);
    auto batch = (*store)->begin();
    const auto key = KeyWriter(stream("ana")).text("a").key();
    auto value = **batch->get(projection_family(0), key);
    value.front() = static_cast<char>(value.front() ^ 1);
    batch->put(projection_family(0), key, value);
    ASSERT_TRUE((*store)->commit(std::move(batch)));
    ASSERT_TRUE((*store)->flush());
  }

  EXPECT_NE(state_hash(), before);
}

TEST_F(ShardsTest, APoisonEventParksItsPatientInThatProjectionOnly) {
  submit({create("a")});
  submit({create("b"), update("a", "poison")});
  submit({update("a", "three")});
  submit(::tests::Request{.patient = "bea", .acts = {create("a")}});

  EXPECT_EQ(status_of("a"), "one1");
  EXPECT_EQ(status_of("b"), "none");
  EXPECT_EQ(status_of("a", "sturdy"), "three1");
  EXPECT_EQ(status_of("a", "frail", "bea"), "one1");
  const auto parked = *view()->parked(stream("ana"));
  ASSERT_THAT(parked, SizeIs(1));
  EXPECT_EQ(parked[0].projection, "frail");
  EXPECT_EQ(parked[0].since.offset.value, 1);
  EXPECT_THAT(*view()->parked(stream("bea")), IsEmpty());
}

TEST_F(ShardsTest, AProjectionThatThrowsCostsOnePatientToo) {
  submit({create("a", "bomb")});

  EXPECT_THAT(*view()->parked(std::nullopt), SizeIs(1));
  EXPECT_EQ(metric("worker_parked_patients"), 1);
}

TEST_F(ShardsTest, RepairFoldsThePatientAgain) {
  submit({create("a"), create("b")});
  submit(::tests::Request{.acts = {update("a", "poison")}, .padding = 2 * events::part_bytes});
  submit({update("b", "two"), remove("a")});
  const auto parked = (*view()->parked(std::nullopt)).front();
  EXPECT_FALSE(shards->repair(parked));
  frail().healed = true;

  const auto repaired = shards->repair(parked);

  ASSERT_TRUE(repaired) << repaired.error().message;
  EXPECT_EQ(status_of("a"), "none");
  EXPECT_EQ(status_of("b"), "two1");
  EXPECT_THAT(*view()->parked(std::nullopt), IsEmpty());
  submit({create("c")});
  EXPECT_EQ(status_of("c"), "one1");
  EXPECT_EQ(state_hash(), state_hash_of_fresh_fold(1));
}

TEST_F(ShardsTest, AParkedPatientStaysParkedAcrossACrash) {
  submit({create("a", "poison")});
  settle();
  crash();
  submit({update("a", "two")});

  EXPECT_EQ(status_of("a"), "none");
  EXPECT_THAT(*view()->parked(std::nullopt), SizeIs(1));
}

TEST_F(ShardsTest, AForeignRecordIsSetAside) {
  const auto commit = build({.acts = {create("a")}});
  auto garbled = commit.records[0];
  garbled[garbled.size() / 2] = static_cast<char>(garbled[garbled.size() / 2] ^ 1);
  log.put({0}, "", "not a record");
  log.put({0}, "", garbled);
  append(commit);

  EXPECT_TRUE(current("a"));
  EXPECT_THAT(*view()->quarantined(9), SizeIs(2));
  EXPECT_EQ(metric("worker_record_faults_total", "foreign"), 2);
}

TEST_F(ShardsTest, AMisroutedRecordIsRefusedWhereItLies) {
  ::tests::ShardsFixture two(2);
  two.options.projections = projections_;
  const auto commit = two.build({.acts = {create("a")}});
  const auto elsewhere = 1 - two.id_of(commit).partition.value;
  two.log.put({elsewhere}, "", commit.records[0]);

  EXPECT_THAT((*two.view(elsewhere)->quarantined(9))[0].reason, HasSubstr("misrouted"));
  EXPECT_FALSE(two.current("a"));
  EXPECT_EQ(two.metric("worker_record_faults_total", "misrouted"), 1);
}

TEST_F(ShardsTest, ARecordThatDoesNotOpenIsQuarantinedWithItsBytes) {
  submit({create("a")});
  // The same log's secrets, but another data key for the patient.
  events::MemoryLog other_keys(1);
  const auto format = key_log.records({0}).front();
  other_keys.put({0}, format.key, format.value);
  events::tests::Node wrong_key(other_keys, 1);
  const std::vector<std::string> documents{"{}"};
  const auto commit = wrong_key.sealer.build(events::tests::draft_of("ana", documents));
  append(*commit);
  submit({create("b")});

  const auto quarantined = *view()->quarantined(9);
  ASSERT_THAT(quarantined, SizeIs(1));
  EXPECT_EQ(quarantined[0].bytes, commit->records[0]);
  EXPECT_EQ(quarantined[0].position.offset.value, 1);
  EXPECT_EQ(metric("worker_record_faults_total", "damaged"), 1);
  EXPECT_TRUE(current("b"));
}

TEST_F(ShardsTest, ARecordOfANewerKindStopsThePartitionBeforeIt) {
  submit({create("a")});
  events::HeaderFields fields;
  fields.kind = events::schema::RecordKind::settings;
  fields.log = node.keys->log_id();
  fields.stream = stream("ana");
  fields.commit = events::CommitKey({1});
  log.put({0}, "",
          events::build_record(node.secrets.log_secret, events::build_header(fields), "x"));
  append(build({.acts = {create("b")}}));

  ASSERT_TRUE(waits_for_problem("kind 4"));
  EXPECT_EQ(shards->shard({0}).next_offset().value, 1);
  EXPECT_EQ(metric("worker_stopped"), 1);
}

TEST_F(ShardsTest, AnUnknownDictionaryStopsThePartitionBeforeIt) {
  submit({create("a")});
  events::HeaderFields fields;
  fields.kind = events::schema::RecordKind::commit;
  fields.log = node.keys->log_id();
  fields.stream = stream("ana");
  fields.commit = events::CommitKey({1});
  fields.assembly = events::AssemblyId({1});
  fields.key_epoch = 1;
  fields.salt = events::Secret{};
  fields.dictionary = events::Digest16({9});
  log.put({0}, "",
          events::build_record(node.secrets.log_secret, events::build_header(fields),
                               std::string(64, 'x')));
  append(build({.acts = {create("b")}}));

  ASSERT_TRUE(waits_for_problem("dictionary 09"));
  EXPECT_EQ(shards->shard({0}).next_offset().value, 1);
  EXPECT_THAT(*shards->shard({0}).view()->quarantined(9), IsEmpty());
}

TEST_F(ShardsTest, ALogThatEndsBeforeTheRowsIsRefusedByName) {
  options.flush_at_close = true;
  some_history();
  settle();
  crash();
  log.truncate({0}, {1});

  const auto opened = try_open();

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, events::ErrorCode::precondition_failed);
  EXPECT_THAT(opened.error().message, HasSubstr("partition 0"));
}

TEST_F(ShardsTest, ALogMadeAnewIsRefusedThoughItIsLonger) {
  options.flush_at_close = true;
  submit({create("a")});
  settle();
  crash();
  log.truncate({0}, {0});
  for (int i = 0; i < 5; ++i) append(build({.acts = {create("b")}}));

  const auto opened = try_open();

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, events::ErrorCode::precondition_failed);
}

TEST_F(ShardsTest, AnUnknownKeyIsWaitedForAndNothingIsQuarantined) {
  // A node whose key log has not got the patient's key yet.
  events::MemoryLog late_keys(1);
  for (const auto& record : key_log.records({0})) late_keys.put({0}, record.key, record.value);
  const auto commit = build({.acts = {create("a")}});
  append(commit);
  events::tests::Node late(late_keys, 1);
  auto opened = Shards::open(options, log, late.opener, *metrics);
  ASSERT_TRUE(opened) << opened.error().message;
  shards = std::move(*opened);
  ASSERT_TRUE(waits_for_problem("offset 0"));
  EXPECT_EQ(shards->shard({0}).next_offset().value, 0);

  const auto all = key_log.records({0});
  late_keys.put({0}, all.back().key, all.back().value);

  EXPECT_TRUE(shards->shard({0}).wait_for({1}, std::chrono::steady_clock::now() + 10s));
  EXPECT_THAT(*view()->quarantined(9), IsEmpty());
  EXPECT_TRUE(current("a"));
  shards.reset();
}

TEST_F(ShardsTest, TheLogAwayStopsThePartitionUntilItIsBack) {
  submit({create("a")});
  log.set_away("broker away");
  ASSERT_TRUE(waits_for_problem("broker away"));
  EXPECT_EQ(shards->shard({0}).next_offset().value, 1);
  log.set_away("");

  EXPECT_EQ(submit({create("b")}).verdict, events::Outcome::Verdict::accepted);
  EXPECT_TRUE(goes_on());
}

TEST_F(ShardsTest, KnownTimeNeverRunsBackwards) {
  log.set_time(events::KnownTime(10s));
  submit({create("a")});
  log.set_time(events::KnownTime(5s));
  submit({create("b")});

  EXPECT_EQ(current("b")->known_time, events::KnownTime(10s));
}

TEST_F(ShardsTest, ProgressIsToldAfterTheRowsAreThere) {
  open();
  std::atomic<std::int64_t> seen = 0;
  shards->on_progress([&](events::PartitionId, events::Offset next) { seen = next.value; });
  submit({create("a")});
  submit({create("b")});
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (seen < 2 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();

  EXPECT_EQ(seen, 2);
  crash();
}

}  // namespace
}  // namespace projections
