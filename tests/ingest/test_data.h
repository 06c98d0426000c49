// The shared test data, ../shared/data seen from the source folder, where ctest runs.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ingest::test {

std::filesystem::path data_file(const std::string& name);

// The first `lines_max` lines of a .zst file.
void for_each_line(const std::filesystem::path& zst, std::size_t lines_max,
                   const std::function<void(std::string_view)>& line);

struct NamedText {
  std::string name;  // path in the archive
  std::string text;
};
// All files of a .tar.zst.
std::vector<NamedText> files_of(const std::filesystem::path& tar_zst);

}  // namespace ingest::test

// In a test that needs `name` of the shared data: absent data skips, with CI=true it fails.
#define NEEDS_DATA(name)                                                      \
  do {                                                                        \
    if (std::filesystem::exists(::ingest::test::data_file(name))) break;      \
    const char* ci = std::getenv("CI");                                       \
    if (ci && std::string_view(ci) == "true") FAIL() << "no test data " name; \
    GTEST_SKIP() << "no test data " name;                                     \
  } while (false)
