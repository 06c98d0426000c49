#include "events/splice.h"

#include <gtest/gtest.h>

namespace events {
namespace {

const KnownTime updated{std::chrono::seconds(1718008200)};
const std::string meta = R"("versionId":"7","lastUpdated":"2024-06-10T08:30:00.000Z")";

std::string spliced(std::string_view document, std::vector<SpliceView> splices) {
  auto out = apply_splices(document, splices, Version{7}, updated);
  return out ? *out : "error: " + out.error().message;
}

TEST(SpliceTest, WithoutSplicesTheDocumentStaysAsItIs) { EXPECT_EQ(spliced("{}", {}), "{}"); }

TEST(SpliceTest, TextGivesWayToText) {
  EXPECT_EQ(spliced(R"({"id":"x"})", {{7, 1, SpliceKind::text, "abc"}}), R"({"id":"abc"})");
}

TEST(SpliceTest, AMissingMetaIsPutInAfterTheServersText) {
  EXPECT_EQ(spliced(R"({"a":1})", {{1, 0, SpliceKind::meta_member, R"("id":"p",)"}}),
            R"({"id":"p","meta":{)" + meta + R"(},"a":1})");
}

TEST(SpliceTest, AMetaThatIsThereGetsItsFieldsInFront) {
  EXPECT_EQ(spliced(R"({"meta":{"tag":[]}})", {{9, 0, SpliceKind::meta_fields, ","}}),
            R"({"meta":{)" + meta + R"(,"tag":[]}})");
}

TEST(SpliceTest, SeveralAtOneOffsetGoInInOrder) {
  EXPECT_EQ(spliced("xy", {{1, 0, SpliceKind::text, "1"},
                           {1, 0, SpliceKind::text, "2"},
                           {1, 1, SpliceKind::text, "3"}}),
            "x123");
}

TEST(SpliceTest, OverlapsAndReachingBeyondTheEndAreCorrupt) {
  const std::vector<std::vector<SpliceView>> bad = {
      {{0, 2, SpliceKind::text, ""}, {1, 1, SpliceKind::text, ""}},
      {{2, 0, SpliceKind::text, ""}, {1, 0, SpliceKind::text, ""}},
      {{4, 0, SpliceKind::text, ""}},
      {{3, 1, SpliceKind::text, ""}},
      {{0xffffffff, 0xffffffff, SpliceKind::text, ""}}};
  for (const auto& splices : bad)
    EXPECT_EQ(apply_splices("abc", splices, {}, {}).error().code, ErrorCode::corrupt);
}

TEST(SpliceTest, TheFormInRowsReadsBack) {
  const std::vector<SpliceView> splices = {{1, 0, SpliceKind::meta_member, "text"},
                                           {300, 70000, SpliceKind::text, ""},
                                           {0xffffffff, 3, SpliceKind::meta_fields, ","}};
  const std::string bytes = encode_splices(splices);
  auto back = decode_splices(bytes);
  ASSERT_TRUE(back);
  ASSERT_EQ(back->size(), splices.size());
  for (std::size_t i = 0; i < splices.size(); ++i) {
    EXPECT_EQ((*back)[i].offset, splices[i].offset);
    EXPECT_EQ((*back)[i].length, splices[i].length);
    EXPECT_EQ((*back)[i].kind, splices[i].kind);
    EXPECT_EQ((*back)[i].text, splices[i].text);
  }
}

TEST(SpliceTest, EveryCutOfTheFormInRowsIsCorrupt) {
  const SpliceView splice{300, 2, SpliceKind::text, "text"};
  const std::string bytes = encode_splices({&splice, 1});
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_splices(std::string_view(bytes).substr(0, size))) << size;
  }
}

TEST(SpliceTest, UnknownKindsAndLongFormsOfNumbersAreCorrupt) {
  EXPECT_FALSE(decode_splices(std::string_view("\x00\x00\x03\x00", 4)));
  EXPECT_FALSE(decode_splices(std::string_view("\x80\x00\x00\x00\x00", 5)));
  EXPECT_FALSE(decode_splices(std::string_view("\xff\xff\xff\xff\x10\x00\x00\x00", 8)));
}

}  // namespace
}  // namespace events
