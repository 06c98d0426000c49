#include "events/sealed_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "events/hmac.h"
#include "tests/temporary_folder.h"

namespace events {
namespace {

class SealedFileTest : public ::testing::Test {
 protected:
  SealedFileTest() {
    fill_random(key);
    for (int i = 0; text.size() < 3 * sealed_frame_bytes; ++i)
      text += "Patient number " + std::to_string(i) + "\n";
  }
  void write() {
    auto writer = SealedFileWriter::make(path, key);
    ASSERT_TRUE(writer);
    for (std::size_t at = 0; at < text.size(); at += 7000)
      ASSERT_TRUE(writer->append(std::string_view(text).substr(at, 7000)));
    ASSERT_TRUE(writer->finish());
  }
  Result<std::string> read() {
    auto reader = SealedFileReader::open(path, key);
    if (!reader) return reader.error();
    std::string all;
    while (true) {
      auto part = reader->next();
      if (!part || part->empty()) return part ? Result<std::string>(all) : part;
      EXPECT_LE(part->size(), sealed_frame_bytes);
      all += *part;
    }
  }
  std::string bytes() const {
    std::ostringstream all;
    all << std::ifstream(path, std::ios::binary).rdbuf();
    return all.str();
  }

  ::tests::TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "file";
  Secret key{};
  std::string text;
};

TEST_F(SealedFileTest, WhatWasWrittenIsReadAndNobodyElseMayLook) {
  write();
  EXPECT_EQ(read().value(), text);
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(bytes().find("Patient"), std::string::npos);
}

TEST_F(SealedFileTest, AnotherKeyOrAnAlteredByteDoesNotOpen) {
  write();
  auto altered = bytes();
  altered[altered.size() / 2] ^= 1;
  key[0] ^= 1;
  EXPECT_EQ(read().error().code, ErrorCode::corrupt);
  key[0] ^= 1;
  std::ofstream(path, std::ios::binary) << altered;
  EXPECT_EQ(read().error().code, ErrorCode::corrupt);
}

TEST_F(SealedFileTest, AFileCutShortIsFoundOutAlsoBetweenFrames) {
  write();
  const auto size = std::filesystem::file_size(path);
  // The last frame is the empty one: its length, a zstd frame of nothing, the tag.
  for (const auto cut : {size - 1, size - (size - 4) / 2}) {
    std::filesystem::resize_file(path, cut);
    EXPECT_EQ(read().error().code, ErrorCode::corrupt) << cut;
  }
  auto unfinished = SealedFileWriter::make(folder.path() / "other", key);
  ASSERT_TRUE(unfinished->append(text));
  path = folder.path() / "other";
  EXPECT_EQ(read().error().code, ErrorCode::corrupt);
}

TEST_F(SealedFileTest, AFileIsNotWrittenOver) {
  write();
  EXPECT_FALSE(SealedFileWriter::make(path, key));
}

}  // namespace
}  // namespace events
