#include "projections/versions.h"

#include <gmock/gmock.h>

#include "events/schema/clinical_generated.h"

namespace projections {
namespace {

using events::EventEffect;
using events::schema::ResourceType;

VersionRow a_row() {
  VersionRow row;
  row.version = {3};
  row.effect = EventEffect::amended;
  row.known_time = events::KnownTime(events::Micros(-7));
  row.position = {{5}, {1'000'000}};
  row.commit = *events::CommitKey::from_bytes("0123456789abcdef");
  row.ordinal = 300;
  row.key_epoch = 2;
  row.document_size = 70'000;
  row.salt = std::string(32, 'n');
  row.dictionary = *events::Digest16::from_bytes("fedcba9876543210");
  row.splices = "splices";
  row.sealed = std::string("\0sealed", 7);
  row.facts = "facts";
  return row;
}

TEST(VersionsTest, ARowReadsBackAsItWasWritten) {
  const auto row = a_row();

  const auto read = decode_version_row(encode(row));

  ASSERT_TRUE(read);
  EXPECT_EQ(encode(*read), encode(row));
  EXPECT_EQ(read->known_time, row.known_time);
  EXPECT_EQ(read->position, row.position);
  EXPECT_EQ(read->effect, row.effect);
  EXPECT_EQ(read->sealed, row.sealed);
  EXPECT_EQ(read->ordinal, row.ordinal);
}

TEST(VersionsTest, ATornRowIsCorruptWhereverItIsCut) {
  const auto bytes = encode(a_row());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(decode_version_row(std::string_view(bytes).substr(0, length))) << length;
  }
  EXPECT_FALSE(decode_version_row(bytes + "x"));
}

TEST(VersionsTest, NewerVersionsSortFirstWithinOneResource) {
  const events::StreamKey stream;
  const auto key = [&](const char* id, std::uint64_t version) {
    return version_key(stream, ResourceType::Condition, id, {version});
  };
  EXPECT_LT(key("a", 2), key("a", 1));
  EXPECT_LT(key("a", 1), key("a-b", 9));
  EXPECT_TRUE(key("a", 2).starts_with(version_prefix(stream, ResourceType::Condition, "a")));
  EXPECT_FALSE(key("a-b", 2).starts_with(version_prefix(stream, ResourceType::Condition, "a")));
}

}  // namespace
}  // namespace projections
