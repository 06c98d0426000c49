#include "events/proof/signed_note.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "events/hmac.h"
#include "events/proof/base64.h"
#include "events/proof/checkpoint.h"
#include "tests/temporary_folder.h"

namespace events::proof {
namespace {

// RFC 8032 section 7.1, test 1.
Hash seed_of_test_1() {
  const auto bytes = from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  Hash seed;
  std::memcpy(seed.data(), bytes->data(), seed.size());
  return seed;
}

Note signed_by(const SigningKey& key, const std::string& text) { return {text, {key.sign(text)}}; }

TEST(SignedNoteTest, TheKeyIsThatOfTheStandard) {
  const SigningKey key("node", seed_of_test_1());
  EXPECT_EQ(to_hex(bytes_of(key.verifier().key)),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

// The example of the package golang.org/x/mod/sumdb/note, which signed notes come from.
TEST(SignedNoteTest, ANoteOfAnotherProgramVerifies) {
  const auto key =
      Verifier::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  ASSERT_TRUE(key) << key.error().message;
  const auto note = Note::parse(
      "If you think cryptography is the answer to your problem,\n"
      "then you don't know what your problem is.\n"
      "\n"
      "\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXg"
      "KvqfqdngotpRZb6KE6RyyBwJnAM=\n");
  ASSERT_TRUE(note) << note.error().message;
  EXPECT_EQ(verify_note(*note, *key), Verdict::verified);
}

TEST(SignedNoteTest, ASignatureIsOverEveryByteAndOfOneKey) {
  const SigningKey key("node", seed_of_test_1());
  const SigningKey other("node", sha256("other"));
  auto note = signed_by(key, "text\n");
  EXPECT_EQ(verify_note(note, key.verifier()), Verdict::verified);
  EXPECT_EQ(verify_note(note, other.verifier()), Verdict::not_signed);
  note.text = "Text\n";
  EXPECT_EQ(verify_note(note, key.verifier()), Verdict::wrong_signature);
}

TEST(SignedNoteTest, AWitnessCosignsWithATimeOfItsOwn) {
  const SigningKey key("node", seed_of_test_1());
  const SigningKey witness("witness", sha256("witness"));
  auto note = signed_by(key, "text\n");
  note.signatures.push_back(witness.cosign(note.text, std::chrono::sys_seconds{}));
  const auto as_witness = witness.verifier().of(SignatureKind::cosignature);
  EXPECT_EQ(verify_note(note, as_witness), Verdict::verified);
  EXPECT_EQ(verify_note(note, witness.verifier()), Verdict::not_signed);
  note.signatures.back().bytes[11] ^= 1;  // of its time
  EXPECT_EQ(verify_note(note, as_witness), Verdict::wrong_signature);
}

TEST(SignedNoteTest, WhatIsWrittenIsReadAgain) {
  const SigningKey key("node", seed_of_test_1());
  const auto bytes = signed_by(key, "one\n").bytes() + "\n" + signed_by(key, "two\n").bytes();
  const auto notes = parse_notes(bytes);
  ASSERT_TRUE(notes) << notes.error().message;
  ASSERT_EQ(notes->size(), 2u);
  EXPECT_EQ(notes->at(1).text, "two\n");
  EXPECT_EQ(verify_note(notes->at(1), key.verifier()), Verdict::verified);
}

TEST(SignedNoteTest, EveryTornNoteIsRefused) {
  const SigningKey key("node", seed_of_test_1());
  const auto bytes = signed_by(key, "one\n").bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(Note::parse(bytes.substr(0, size))) << size;
}

TEST(SignedNoteTest, TheFileOfAKeyIsItsOwnersAlone) {
  const ::tests::TemporaryFolder folder;
  const auto file = folder.path() / "signing_key";
  const auto made = SigningKey::read_or_make(file, "node");
  ASSERT_TRUE(made) << made.error().message;
  const auto again = SigningKey::read_or_make(file, "node");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->verifier(), made->verifier());
  ::chmod(file.c_str(), 0644);
  EXPECT_EQ(SigningKey::read_or_make(file, "node").error().code, ErrorCode::precondition_failed);
}

Checkpoint some_checkpoint() {
  Checkpoint checkpoint;
  checkpoint.origin = {LogId(), "clinical", {3}};
  checkpoint.size = 12;
  checkpoint.root = sha256("root");
  checkpoint.next = {14};
  checkpoint.time = KnownTime(std::chrono::milliseconds(1'700'000'000'123));
  checkpoint.map = {5, sha256("map")};
  return checkpoint;
}

TEST(CheckpointTest, ItsTextIsThatOfTheSpecification) {
  const auto checkpoint = some_checkpoint();
  EXPECT_EQ(checkpoint.text(), "chartlog/00000000000000000000000000000000/clinical/3\n12\n" +
                                   to_base64(bytes_of(checkpoint.root)) +
                                   "\nnext 14\ntime 2023-11-14T22:13:20.123Z\nmap 5 " +
                                   to_base64(bytes_of(checkpoint.map.hash)) + "\n");
  const auto read = Checkpoint::parse(checkpoint.text());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->text(), checkpoint.text());
}

TEST(CheckpointTest, EveryTornOrOtherTextIsRefused) {
  const auto text = some_checkpoint().text();
  for (std::size_t size = 0; size + 1 < text.size(); ++size)
    EXPECT_FALSE(Checkpoint::parse(text.substr(0, size))) << size;
  EXPECT_FALSE(Checkpoint::parse("example.com/log\n5\nAAAA\n"));
  auto negative = text;
  negative.replace(negative.find("\n12\n"), 4, "\n-2\n");
  EXPECT_FALSE(Checkpoint::parse(negative));
}

}  // namespace
}  // namespace events::proof
