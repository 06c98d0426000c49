#include "ops/node/documents.h"

#include <gmock/gmock.h>
#include <zlib.h>
#include <zstd.h>

#include <fstream>

#include "tests/temporary_folder.h"

namespace ops::node {
namespace {

using ::testing::ElementsAre;

class DocumentsTest : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& bytes) {
    const auto file = folder_.path() / name;
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }
  static std::vector<std::string> read(const std::filesystem::path& file) {
    std::vector<std::string> documents;
    const auto status = read_documents(file, [&](std::string document, std::size_t line) {
      documents.push_back(std::to_string(line) + ":" + document);
      return true;
    });
    if (!status) documents.push_back(events::to_string(status.error().code));
    return documents;
  }
  static std::string zstd(const std::string& text) {
    std::string packed(ZSTD_compressBound(text.size()), '\0');
    packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
    return packed;
  }
  tests::TemporaryFolder folder_;
};

TEST_F(DocumentsTest, ALineIsADocumentAndEmptyLinesAreNone) {
  EXPECT_THAT(read(write("a.ndjson", "{1}\n\n  \n{2}\n{3}")),
              ElementsAre("1:{1}", "4:{2}", "5:{3}"));
}

TEST_F(DocumentsTest, AJsonFileIsOneDocument) {
  EXPECT_THAT(read(write("a.json", "{\n1\n}\n")), ElementsAre("1:{\n1\n}\n"));
}

TEST_F(DocumentsTest, PackedFilesAreReadAsIfPlain) {
  const auto file = folder_.path() / "a.ndjson.gz";
  const auto handle = gzopen(file.c_str(), "wb");
  gzputs(handle, "{1}\n{2}\n");
  gzclose(handle);
  EXPECT_THAT(read(file), ElementsAre("1:{1}", "2:{2}"));
  const std::string large(5'000'000, 'x');
  EXPECT_THAT(read(write("b.ndjson.zst", zstd("{1}\n" + large + "\n"))),
              ElementsAre("1:{1}", "2:" + large));
}

TEST_F(DocumentsTest, ADamagedOrCutFileIsCorrupt) {
  const auto packed = zstd(std::string(100'000, 'a') + "bcd");
  EXPECT_EQ(read(write("cut.ndjson.zst", packed.substr(0, packed.size() - 1))).back(), "corrupt");
  EXPECT_EQ(read(write("not.ndjson.zst", "plain text")).back(), "corrupt");
}

TEST_F(DocumentsTest, FoldersAreSearchedAndOtherFilesNamed) {
  const auto b = write("b.json", "{}");
  const auto a = write("a.ndjson.zst", "");
  const auto other = write("c.txt", "");
  EXPECT_THAT(*find_documents({folder_.path()}), ElementsAre(a, b));
  EXPECT_EQ(find_documents({other}).error().code, events::ErrorCode::unsupported);
  EXPECT_EQ(find_documents({folder_.path() / "none.json"}).error().code,
            events::ErrorCode::not_found);
}

}  // namespace
}  // namespace ops::node
