#include "projections/proof/notary.h"

#include "events/hmac.h"
#include "projections/change_rows.h"
#include "tests/full_disk.h"
#include "tests/projections/fixture.h"

namespace projections {
namespace {

using events::proof::Checkpoint;
using events::proof::Note;
using events::proof::record_leaf;
using events::proof::SigningKey;
using events::proof::verify_inclusion;
using ::testing::HasSubstr;
using ::tests::update;

class NotaryTest : public ::testing::Test, protected ::tests::ShardsFixture {
 protected:
  Result<std::unique_ptr<Notary>> try_notary(events::EventLog& of,
                                             const std::string& name = "node") {
    NotaryOptions settings;
    settings.directory = folder.path() / ("proof-" + name);
    settings.log_secret = node.secrets.log_secret;
    settings.read_every = settings.sign_every = std::chrono::milliseconds(5);
    return Notary::open(settings, node.keys->log_id(), SigningKey(name, events::sha256(name)), of,
                        checkpoints_, *shards, *metrics);
  }
  // A second node, which follows `of`.
  std::unique_ptr<Notary> open_other(events::EventLog& of) {
    auto opened = try_notary(of, "other");
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }
  static void wait_until(const std::function<bool()>& there) {
    const auto begun = std::chrono::steady_clock::now();
    while (!there()) ASSERT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30));
  }
  // That the side log has of `by`.
  std::size_t signed_by(const events::proof::Verifier& by) const {
    std::size_t count = 0;
    for (const auto& record : checkpoints_.records({0})) {
      const auto note = Note::parse(record.value);
      if (note && verify_note(*note, by) == events::proof::Verdict::verified) ++count;
    }
    return count;
  }
  void open_notary() {
    open();
    auto opened = try_notary(log);
    ASSERT_TRUE(opened) << opened.error().message;
    notary_ = std::move(*opened);
  }
  void change(const std::string& patient, const std::string& content) {
    ::tests::Request request;
    request.patient = patient;
    request.acts = {update("c-" + patient, content)};
    submit(request);
  }
  // Of partition 0, with all records of the patient; any patient: what was asked for.
  Result<Proven> prove(const std::string& patient) {
    return notary_->prove({0}, stream(patient), [&](const ShardView& rows) {
      const auto changes = changes_from(rows.rows(), {0}, {}, stream(patient), SIZE_MAX);
      std::vector<events::Offset> offsets;
      for (const auto& row : *changes)
        offsets.insert(offsets.end(), row.records.begin(), row.records.end());
      return Result<std::vector<events::Offset>>(offsets);
    });
  }
  events::proof::Hash leaf(std::size_t index) const {
    return record_leaf(node.keys->log_id(), {0}, log.records({0})[index]);
  }
  events::proof::Hash root_of_log(std::size_t size) const {
    events::proof::RunningRoot running;
    for (std::size_t i = 0; i < size; ++i) running.add(leaf(i));
    return running.root();
  }

  events::MemoryLog checkpoints_{1};
  std::unique_ptr<Notary> notary_;
};

TEST_F(NotaryTest, ACheckpointIsOfEveryRecordAsStored) {
  open_notary();
  for (int i = 0; i < 10; ++i) change("ana", std::to_string(i));
  log.put({0}, "foreign", "bytes of somebody else");
  settle();
  const auto proven = prove("ana");
  ASSERT_TRUE(proven) << proven.error().message;
  const auto note = Note::parse(proven->signed_checkpoint.note);
  ASSERT_TRUE(note);
  EXPECT_EQ(verify_note(*note, notary_->verifier()), events::proof::Verdict::verified);
  const auto checkpoint = Checkpoint::parse(note->text);
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->size, 11u);
  EXPECT_EQ(checkpoint->root, root_of_log(11));
}

TEST_F(NotaryTest, APatientsRecordIsProvenWhole) {
  open_notary();
  for (int i = 0; i < 40; ++i) change("patient-" + std::to_string(i % 20), std::to_string(i));
  const auto proven = prove("patient-3");
  ASSERT_TRUE(proven) << proven.error().message;
  const auto& checkpoint = proven->signed_checkpoint.checkpoint;
  ASSERT_EQ(proven->records.size(), 2u);
  events::proof::Hash head{};
  for (const auto& record : proven->records) {
    EXPECT_TRUE(verify_inclusion(leaf(record.index), record.index, checkpoint.size, record.path,
                                 checkpoint.root));
    const auto digest = events::sha256(log.records({0})[record.index].value);
    head = events::sha256(std::string(events::bytes_of(head)).append(events::bytes_of(digest)));
  }
  ASSERT_TRUE(proven->stream);
  EXPECT_EQ(proven->stream->head, (events::proof::StreamHead{2, head}));
  EXPECT_TRUE(verify_map(proven->stream->proof, stream("patient-3"), proven->stream->head,
                         checkpoint.map.hash));
  const auto nobody = prove("nobody");
  ASSERT_TRUE(nobody);
  EXPECT_TRUE(
      verify_map(nobody->stream->proof, stream("nobody"), std::nullopt, checkpoint.map.hash));
}

TEST_F(NotaryTest, TheMapFollowsWhatIsAccepted) {
  open_notary();
  change("ana", "one");
  ASSERT_EQ(prove("ana")->stream->head->count, 1u);
  change("ana", "two");
  change("ben", "one");
  const auto proven = prove("ana");
  EXPECT_EQ(proven->stream->head->count, 2u);
  EXPECT_EQ(proven->signed_checkpoint.checkpoint.map.streams, 2u);
  EXPECT_TRUE(verify_map(proven->stream->proof, stream("ana"), proven->stream->head,
                         proven->signed_checkpoint.checkpoint.map.hash));
}

TEST_F(NotaryTest, SignsByItselfAndOnTheSideLog) {
  open_notary();
  change("ana", "one");
  wait_until([&] { return signed_by(notary_->verifier()) > 0; });
}

TEST_F(NotaryTest, ItsOwnKeyIsKnownBeforeTheSideLogTellsIt) {
  open_notary();
  EXPECT_THAT(notary_->signers(), ::testing::Contains(notary_->verifier()));
}

TEST_F(NotaryTest, AnotherNodeOfTheLogCosignsWhatItHasToo) {
  open_notary();
  const auto other = open_other(log);
  change("ana", "one");
  const auto witness = other->verifier().of(events::proof::SignatureKind::cosignature);
  wait_until([&] { return signed_by(witness) > 0; });
  EXPECT_EQ(notary_->signers().size(), 2u);
  EXPECT_THAT(notary_->problems(), ::testing::IsEmpty());
  EXPECT_THAT(other->problems(), ::testing::IsEmpty());
}

TEST_F(NotaryTest, ANodeThatWentAnotherWayIsALoudProblem) {
  open_notary();
  change("ana", "one");
  events::MemoryLog fork(1);
  auto record = log.records({0}).front();
  fork.put({0}, record.key, record.value + "x");
  const auto other = open_other(fork);
  wait_until([&] { return !notary_->problems().empty() && !other->problems().empty(); });
  ASSERT_FALSE(notary_->problems().empty());
  EXPECT_THAT(notary_->problems().front(), HasSubstr("other signed another root of size 1"));
  EXPECT_GE(metric("proof_forks_total"), 2.0);
  EXPECT_EQ(signed_by(other->verifier().of(events::proof::SignatureKind::cosignature)), 0u);
}

TEST_F(NotaryTest, WhoHasNotTheLogsSecretIsNoNodeOfIt) {
  open_notary();
  const SigningKey stranger("stranger", events::sha256("stranger"));
  const auto named = stranger.verifier().text() + "\n" + std::string(64, '0');
  checkpoints_.put({0}, "signer", named);
  change("ana", "one");
  auto claim = prove("ana")->signed_checkpoint.checkpoint;
  claim.root[0] ^= 1;
  const auto text = claim.text();
  checkpoints_.put({0}, claim.origin.text(), Note{text, {stranger.sign(text)}}.bytes());
  wait_until([&] { return metric("proof_foreign_total") >= 2; });
  EXPECT_EQ(notary_->signers().size(), 1u);
  EXPECT_THAT(notary_->problems(), ::testing::IsEmpty());
}

TEST_F(NotaryTest, GoesOnFromItsTilesAfterARestart) {
  open_notary();
  for (int i = 0; i < 10; ++i) change("ana", std::to_string(i));
  ASSERT_TRUE(prove("ana"));
  notary_.reset();
  change("ana", "later");
  open_notary();
  EXPECT_EQ(prove("ana")->signed_checkpoint.checkpoint.root, root_of_log(11));
}

// After a crash rows come again from further back than the tree stands.
TEST_F(NotaryTest, WaitsForShardsThatFoldAgain) {
  open_notary();
  for (int i = 0; i < 10; ++i) change("ana", std::to_string(i));
  ASSERT_TRUE(prove("ana"));
  notary_.reset();
  crash();
  open_notary();
  settle();
  EXPECT_EQ(prove("ana")->signed_checkpoint.checkpoint.root, root_of_log(10));
}

TEST_F(NotaryTest, AnotherLogThanThatOfTheTreeIsRefusedByName) {
  open_notary();
  change("ana", "one");
  change("ana", "two");
  ASSERT_TRUE(prove("ana"));
  notary_.reset();
  const auto records = log.records({0});
  events::MemoryLog altered(1), shorter(1);
  altered.put({0}, records[0].key, records[0].value);
  altered.put({0}, records[1].key, records[1].value + "x");
  shorter.put({0}, records[0].key, records[0].value);
  const auto refused = try_notary(altered);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, events::ErrorCode::precondition_failed);
  EXPECT_THAT(refused.error().message, HasSubstr("another record lies at offset 1"));
  const auto cut = try_notary(shorter);
  ASSERT_FALSE(cut);
  EXPECT_THAT(cut.error().message, HasSubstr("the log ends at 1"));
}

// More of them than a tree keeps in memory; nobody's, so that no shard is needed.
class PartitionNotaryTest : public ::testing::Test {
 protected:
  static constexpr events::Offset end{3000};

  PartitionNotaryTest() {
    for (int i = 0; i < end.value; ++i) log_.put({0}, "foreign", std::to_string(i));
  }
  void open() {
    notary_.reset();
    auto opened = PartitionNotary::open(folder_.path() / "tree", origin_, log_);
    ASSERT_TRUE(opened) << opened.error().message;
    notary_ = std::move(*opened);
  }
  Result<bool> read() { return notary_->read_until(end, SIZE_MAX); }
  events::proof::Hash root_of_log() const {
    events::proof::RunningRoot running;
    for (const auto& record : log_.records({0}))
      running.add(record_leaf(origin_.log, origin_.partition, record));
    return running.root();
  }

  ::tests::TemporaryFolder folder_;
  const events::proof::Origin origin_{
      *events::LogId::from_bytes(std::string(16, 'l')), "clinical", {0}};
  events::MemoryLog log_{1};
  std::unique_ptr<PartitionNotary> notary_;
};

TEST_F(PartitionNotaryTest, ATreeThatCouldNotTakeARecordIsNotGoneOnWith) {
  open();
  {
    const ::tests::FullDisk full;
    EXPECT_FALSE(read());
  }
  EXPECT_FALSE(read());
  EXPECT_FALSE(notary_->checkpoint({}));
  EXPECT_FALSE(notary_->write());
  EXPECT_FALSE(notary_->sync());
  open();
  ASSERT_TRUE(read());
  const auto checkpoint = notary_->checkpoint({});
  ASSERT_TRUE(checkpoint) << checkpoint.error().message;
  EXPECT_EQ(checkpoint->size, static_cast<std::uint64_t>(end.value));
  EXPECT_EQ(checkpoint->root, root_of_log());
}

TEST_F(PartitionNotaryTest, ALogMadeAgainWhileItWasAwayIsNotAdded) {
  open();
  ASSERT_TRUE(read());
  log_.put({0}, "foreign", "one more");
  log_.set_away("broker away");
  EXPECT_FALSE(notary_->read_until({end.value + 1}, SIZE_MAX));
  log_.truncate({0}, {0});
  for (int i = 0; i < end.value + 10; ++i) log_.put({0}, "foreign", "another " + std::to_string(i));
  log_.set_away("");
  const auto again = notary_->read_until({end.value + 1}, SIZE_MAX);
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().message, HasSubstr("another record lies at offset 2999"));
  EXPECT_EQ(notary_->next_offset(), end);
}

TEST_F(NotaryTest, AnOffsetWithoutARecordIsNotFound) {
  open_notary();
  change("ana", "one");
  const auto nothing = notary_->prove({0}, std::nullopt, [](const ShardView&) {
    return Result<std::vector<events::Offset>>(std::vector<events::Offset>{{77}});
  });
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, events::ErrorCode::not_found);
}

}  // namespace
}  // namespace projections
