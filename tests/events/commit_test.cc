#include "events/commit.h"

#include <gtest/gtest.h>

#include "events/dictionary.h"
#include "events/record.h"
#include "events/schema/clinical_generated.h"
#include "tests/events/commits.h"

namespace events {
namespace {

using tests::draft_of;
using tests::some_documents;

constexpr std::size_t size_max = 1 << 20;

class CommitTest : public testing::Test {
 protected:
  std::string built(const CommitDraft& draft) {
    auto commit = node_.sealer.build(draft);
    EXPECT_TRUE(commit) << commit.error().message;
    EXPECT_EQ(commit->records.size(), 1u);
    return commit->records.front();
  }
  RecordFault fault_of(const Opener& opener, std::string_view record, PartitionId partition) {
    auto header = opener.inspect(record, partition);
    EXPECT_FALSE(header);
    return header ? RecordFault::damaged : header.error().what;
  }
  // A record of ours in every way but `change`.
  std::string altered(const std::function<void(HeaderFields&)>& change,
                      std::string_view body = "body of a record") {
    HeaderFields fields;
    fields.kind = schema::RecordKind::commit;
    fields.log = node_.keys->log_id();
    fields.stream = draft_.stream;
    fields.commit = draft_.commit;
    fields.key_epoch = 1;
    fields.salt.emplace();
    change(fields);
    return build_record(node_.secrets.log_secret, build_header(fields), body);
  }

  MemoryLog key_log_{1};
  tests::Node node_{key_log_};
  std::vector<std::string> documents_ = {R"({"resourceType":"Observation"})", "", "third \xff"};
  CommitDraft draft_ = draft_of("ana", documents_);
  PartitionId home_ = node_.home(draft_);
};

TEST_F(CommitTest, WhatIsBuiltOpensWithEveryDocumentAsReceived) {
  const std::string record = built(draft_);
  auto header = node_.opener.inspect(record, home_);
  ASSERT_TRUE(header) << header.error().why;
  EXPECT_EQ(header->kind, static_cast<std::uint8_t>(schema::RecordKind::commit));
  EXPECT_EQ(header->stream, draft_.stream);
  EXPECT_EQ(header->commit, draft_.commit);
  EXPECT_EQ(header->assembly, draft_.assembly);
  EXPECT_EQ(header->claimed_time, draft_.claimed_time);

  auto commit = node_.opener.open(record);
  ASSERT_TRUE(commit) << commit.error().message;
  EXPECT_EQ(commit->body().stream()->string_view(), "Patient/ana");
  EXPECT_EQ(commit->body().events()->size(), 3u);
  ASSERT_EQ(commit->documents(), 3u);
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(
        node_.opener.open_document(draft_.stream, header->key_epoch, commit->salt(),
                                   commit->dictionary(), i, commit->sealed_document(i), size_max),
        documents_[i]);
  }
}

TEST_F(CommitTest, TheHeaderNamesTheDictionaryThatDocumentsOpenWith) {
  const Digest16 current = current_dictionary();
  if (current.is_zero()) GTEST_SKIP() << "no dictionary in events/dictionary";
  tests::Node node(key_log_, 4, tests::test_secrets(), current);
  const std::string record = node.sealer.build(draft_)->records.front();
  EXPECT_TRUE(node_.opener.inspect(record, home_));
  auto commit = *node.opener.open(record);
  EXPECT_EQ(commit.dictionary(), current);
  auto opened = [&](const Digest16& dictionary) {
    return node.opener.open_document(draft_.stream, 1, commit.salt(), dictionary, 0,
                                     commit.sealed_document(0), size_max);
  };
  EXPECT_EQ(opened(current), documents_[0]);
  EXPECT_EQ(opened(Digest16({1})).error().code, ErrorCode::corrupt);
}

TEST_F(CommitTest, ADocumentOpensOnlyInItsPlaceAndStream) {
  const std::string record = built(draft_);
  auto commit = *node_.opener.open(record);
  auto opens = [&](const StreamKey& stream, std::uint32_t ordinal, std::size_t limit) {
    return node_.opener
        .open_document(stream, 1, commit.salt(), {}, ordinal, commit.sealed_document(0), limit)
        .has_value();
  };
  ASSERT_TRUE(node_.keys->find_or_make(StreamKey({9})));
  EXPECT_TRUE(opens(draft_.stream, 0, size_max));
  EXPECT_FALSE(opens(draft_.stream, 1, size_max));
  EXPECT_FALSE(opens(StreamKey({9}), 0, size_max));
  EXPECT_FALSE(opens(draft_.stream, 0, documents_[0].size() - 1));
}

TEST_F(CommitTest, NothingOfThePersonIsClearOnTheLog) {
  auto documents = std::vector<std::string>{R"({"family":"Quintanilla-Oyelaran"})"};
  const std::string record = built(draft_of("quintanilla-id", documents));
  for (const char* clear : {"Quintanilla", "quintanilla", "Patient", "obs-0", "dr-lee", "TREAT"}) {
    EXPECT_EQ(record.find(clear), std::string::npos) << clear;
  }
}

TEST_F(CommitTest, TwoBuildsOfOneDraftShareNoSealedByte) {
  const std::string first = built(draft_);
  const std::string second = built(draft_);
  auto one = *node_.opener.open(first);
  auto two = *node_.opener.open(second);
  EXPECT_NE(one.salt(), two.salt());
  EXPECT_NE(one.sealed_document(0), two.sealed_document(0));
}

TEST_F(CommitTest, AnotherPartitionsRecordIsMisrouted) {
  const std::string record = built(draft_);
  for (std::uint32_t p = 0; p < node_.partitions; ++p) {
    if (p == home_.value) continue;
    EXPECT_EQ(fault_of(node_.opener, record, {p}), RecordFault::misrouted);
  }
}

TEST_F(CommitTest, AnotherSecretsOrLogsRecordIsForeign) {
  const std::string record = built(draft_);
  Secrets other = tests::test_secrets();
  other.log_secret[5] ^= 1;
  MemoryLog other_log(1);
  tests::Node other_secret(other_log, 4, other);
  EXPECT_EQ(fault_of(other_secret.opener, record, home_), RecordFault::foreign);
  MemoryLog second_log(1);
  tests::Node other_log_id(second_log);
  EXPECT_EQ(fault_of(other_log_id.opener, record, home_), RecordFault::foreign);
}

TEST_F(CommitTest, AuthenticRecordsWeCannotReadYetAreNewer) {
  for (int kind : {0, 4, 5, 6, 7, 9, 11, 255}) {
    const std::string record =
        altered([&](HeaderFields& fields) { fields.kind = static_cast<schema::RecordKind>(kind); });
    EXPECT_EQ(fault_of(node_.opener, record, home_), RecordFault::newer) << kind;
  }
  const std::string broadcast = altered([](HeaderFields& fields) {
    fields.kind = schema::RecordKind::settings;
    fields.stream = {};
  });
  for (std::uint32_t p = 0; p < node_.partitions; ++p) {
    EXPECT_EQ(fault_of(node_.opener, broadcast, {p}), RecordFault::newer);
  }
  EXPECT_EQ(fault_of(node_.opener, altered([](HeaderFields& fields) { fields.format = 2; }), home_),
            RecordFault::newer);
}

TEST_F(CommitTest, ADictionaryThatIsNotInTheProgramStopsThePartition) {
  const std::string record =
      altered([](HeaderFields& fields) { fields.dictionary = Digest16({1}); });
  EXPECT_EQ(fault_of(node_.opener, record, home_), RecordFault::unknown_dictionary);
}

TEST_F(CommitTest, AuthenticRecordsThatLackSomethingAreDamaged) {
  const std::vector<std::function<void(HeaderFields&)>> changes = {
      [](HeaderFields& fields) { fields.commit = {}; },
      [](HeaderFields& fields) { fields.salt.reset(); },
      [](HeaderFields& fields) { fields.key_epoch = 0; },
      [](HeaderFields& fields) { fields.parts = 2; },
      [](HeaderFields& fields) { fields.kind = schema::RecordKind::part, fields.part = 1; },
      [](HeaderFields& fields) {
        fields.kind = schema::RecordKind::part, fields.part = 2, fields.parts = 2;
      },
      [](HeaderFields& fields) { fields.kind = schema::RecordKind::part, fields.parts = 5000; },
      [](HeaderFields& fields) { fields.kind = schema::RecordKind::prepare; },
      [](HeaderFields& fields) { fields.kind = schema::RecordKind::decision; },
      [](HeaderFields& fields) {
        fields.kind = schema::RecordKind::decision;
        fields.transaction = {TransactionId({1}), StreamKey({1})};
      },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    EXPECT_EQ(fault_of(node_.opener, altered(changes[i]), home_), RecordFault::damaged) << i;
  }
  EXPECT_EQ(fault_of(node_.opener, altered([](HeaderFields&) {}, "short"), home_),
            RecordFault::damaged);
}

TEST_F(CommitTest, AnAuthenticBodyThatDoesNotOpenIsCorrupt) {
  ASSERT_TRUE(node_.keys->find_or_make(draft_.stream));
  EXPECT_EQ(node_.opener.open(altered([](HeaderFields&) {})).error().code, ErrorCode::corrupt);
}

TEST_F(CommitTest, ARecordWhoseKeyIsNotHereYetWaits) {
  ASSERT_TRUE(node_.keys->find_or_make(draft_.stream));
  const std::string record = altered([](HeaderFields& fields) { fields.key_epoch = 2; });
  EXPECT_TRUE(node_.opener.inspect(record, home_));
  EXPECT_EQ(node_.opener.open(record).error().code, ErrorCode::unavailable);
}

TEST_F(CommitTest, ACancelNamesItsCommitAndNothingElse) {
  const std::string record = node_.sealer.cancel(draft_.stream, draft_.commit);
  auto header = node_.opener.inspect(record, home_);
  ASSERT_TRUE(header) << header.error().why;
  EXPECT_EQ(header->kind, static_cast<std::uint8_t>(schema::RecordKind::cancel));
  EXPECT_EQ(header->commit, draft_.commit);
  EXPECT_EQ(header->stream, draft_.stream);
}

TEST_F(CommitTest, NoFlippedByteOpensAsSomethingElse) {
  const std::string record = built(draft_);
  std::size_t unchanged = 0;
  for (std::size_t i = 0; i < record.size(); ++i) {
    for (int bit : {1, 0x80}) {
      std::string flipped = record;
      flipped[i] = static_cast<char>(flipped[i] ^ bit);
      auto header = node_.opener.inspect(flipped, home_);
      if (!header) {
        EXPECT_EQ(header.error().what, RecordFault::foreign) << i;
        continue;
      }
      ++unchanged;  // bytes between the fields, which mean nothing
      auto commit = node_.opener.open(flipped);
      ASSERT_TRUE(commit) << i;
      EXPECT_EQ(header->commit, draft_.commit);
      EXPECT_EQ(commit->documents(), 3u);
      EXPECT_EQ(node_.opener.open_document(draft_.stream, 1, commit->salt(), {}, 0,
                                           commit->sealed_document(0), size_max),
                documents_[0]);
    }
  }
  EXPECT_LT(unchanged, record.size() / 10);
}

// open() is not the guard, inspect() is; but it must not fall over either.
TEST_F(CommitTest, OpeningSurvivesEveryFlippedByteAndEveryCut) {
  const std::string record = built(draft_);
  constexpr std::size_t padding_max = 7;  // FlatBuffers may end in bytes that mean nothing
  for (std::size_t i = 0; i < record.size() - padding_max; ++i) {
    std::string flipped = record;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x55);
    if (auto commit = node_.opener.open(flipped)) {
      EXPECT_EQ(commit->body().events()->size(), 3u) << i;
    }
    EXPECT_FALSE(node_.opener.inspect(record.substr(0, i), home_)) << i;
    EXPECT_FALSE(node_.opener.open(record.substr(0, i))) << i;
  }
}

TEST_F(CommitTest, BodiesThatReadersCouldNotTrustAreRefusedBeforeSealing) {
  CommitDraft missing = draft_;
  missing.documents.pop_back();
  EXPECT_NE(node_.sealer.build(missing).error().message.find("events[2]"), std::string::npos);
  CommitDraft other_stream = draft_;
  other_stream.stream = StreamKey({7});
  EXPECT_NE(node_.sealer.build(other_stream).error().message.find("stream"), std::string::npos);
  CommitDraft garbage = draft_;
  garbage.body = "garbage that is no FlatBuffer";
  EXPECT_EQ(node_.sealer.build(garbage).error().code, ErrorCode::corrupt);
  CommitDraft empty = draft_;
  empty.body = tests::body_of("Patient/ana", 0);
  EXPECT_FALSE(node_.sealer.build(empty));
  EXPECT_TRUE(key_log_.records({0}).size() == 1) << "a key was made for nothing";
}

TEST_F(CommitTest, WithoutADurableKeyNothingIsBuilt) {
  key_log_.fail_next(MemoryLog::Fault::not_persisted);
  EXPECT_EQ(node_.sealer.build(draft_).error().code, ErrorCode::unavailable);
}

class PartsTest : public CommitTest {
 protected:
  BuiltCommit large(unsigned seed = 1) {
    return *node_.sealer.build(draft_of("ana", seed == 1 ? large_ : other_));
  }
  ErrorCode error_of(const std::vector<std::string>& parts) {
    auto joined = join_parts(parts);
    return joined ? ErrorCode::invalid : joined.error().code;
  }
  std::vector<std::string> large_ = some_documents(700, 30'000);
  std::vector<std::string> other_ = some_documents(700, 30'000, 2);
};

TEST_F(PartsTest, ALargeCommitIsCutAndJoinsAgain) {
  const BuiltCommit built = large();
  ASSERT_GT(built.records.size(), 2u);
  for (std::uint32_t i = 0; i < built.records.size(); ++i) {
    EXPECT_LE(built.records[i].size(), part_bytes);
    auto header = node_.opener.inspect(built.records[i], home_);
    ASSERT_TRUE(header) << header.error().why;
    EXPECT_EQ(header->kind, static_cast<std::uint8_t>(schema::RecordKind::part));
    EXPECT_EQ(header->part, i);
    EXPECT_EQ(header->parts, built.records.size());
    EXPECT_EQ(header->assembly, draft_.assembly);
  }
  auto joined = join_parts(built.records);
  ASSERT_TRUE(joined) << joined.error().message;
  ASSERT_TRUE(node_.opener.inspect(*joined, home_));
  auto commit = node_.opener.open(*joined);
  ASSERT_TRUE(commit) << commit.error().message;
  EXPECT_EQ(node_.opener.open_document(draft_.stream, 1, commit->salt(), {}, 699,
                                       commit->sealed_document(699), size_max),
            large_[699]);
}

TEST_F(PartsTest, TheLastPartSaysHowLargeTheCommitIs) {
  const auto parts = large().records;
  const auto whole = join_parts(parts);
  ASSERT_TRUE(whole);
  EXPECT_GE(bytes_completed_by(parts.back()), whole->size());
  EXPECT_LT(bytes_completed_by(parts.back()), whole->size() + part_bytes);
  EXPECT_EQ(bytes_completed_by(parts.front()), 0u);
  EXPECT_EQ(bytes_completed_by(*whole), 0u);
  EXPECT_EQ(bytes_completed_by("garbage"), 0u);
}

TEST_F(PartsTest, PartsOfTwoAttemptsNeverJoin) {
  BuiltCommit one = large();
  const BuiltCommit same_assembly = large(2);
  ASSERT_EQ(one.records.size(), same_assembly.records.size());
  auto mixed = one.records;
  mixed[1] = same_assembly.records[1];
  EXPECT_EQ(error_of(mixed), ErrorCode::corrupt);

  auto draft = draft_of("ana", large_);
  draft.assembly = AssemblyId({9});
  mixed[1] = node_.sealer.build(draft)->records[1];
  EXPECT_EQ(error_of(mixed), ErrorCode::corrupt);
}

TEST_F(PartsTest, MissingDoubledAndSwappedPartsDoNotJoin) {
  const auto parts = large().records;
  auto cut = parts;
  cut.pop_back();
  EXPECT_EQ(error_of(cut), ErrorCode::corrupt);
  auto doubled = parts;
  doubled[1] = doubled[0];
  EXPECT_EQ(error_of(doubled), ErrorCode::corrupt);
  auto swapped = parts;
  std::swap(swapped[0], swapped[1]);
  EXPECT_EQ(error_of(swapped), ErrorCode::corrupt);
  EXPECT_EQ(error_of({}), ErrorCode::corrupt);
  EXPECT_EQ(error_of({"garbage"}), ErrorCode::corrupt);
}

TEST_F(PartsTest, AnAuthenticPartWithOtherBytesDoesNotJoin) {
  auto parts = large().records;
  std::string slice(part_slice(parts[1]));
  slice[slice.size() / 2] = static_cast<char>(slice[slice.size() / 2] ^ 1);
  const schema::Record* part = verified_record(parts[1]);
  const std::string header(view_of(part->header()));
  parts[1] = build_record(node_.secrets.log_secret, header, slice);
  ASSERT_TRUE(node_.opener.inspect(parts[1], home_));
  auto joined = join_parts(parts);
  ASSERT_FALSE(joined);
  EXPECT_NE(joined.error().message.find("digest"), std::string::npos);
}

TEST_F(PartsTest, AFlippedByteOfAPartIsForeign) {
  auto part = large().records[0];
  part[part.size() / 2] = static_cast<char>(part[part.size() / 2] ^ 1);
  EXPECT_EQ(fault_of(node_.opener, part, home_), RecordFault::foreign);
}

}  // namespace
}  // namespace events
