// The mechanical conventions, so that reviews can speak of design.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

struct Source {
  std::string path;  // from the repository's root
  std::vector<std::string> lines;
};

bool is_source(const fs::path& path) {
  static const std::set<std::string> endings{".h",   ".cc", ".fbs", ".cmake", ".txt", ".py", ".sh",
                                             ".mjs", ".md", "",     ".ts",    ".tsx", ".css"};
  return endings.contains(path.extension().string());
}

// ctest runs in the source folder. Build trees and installed packages are not ours.
const std::vector<Source>& sources() {
  static const auto all = [] {
    std::vector<Source> found;
    for (const char* folder :
         {"events", "projections", "ingest", "query", "ops", "tests", "benchmarks"}) {
      for (auto entry = fs::recursive_directory_iterator(folder);
           entry != fs::recursive_directory_iterator(); ++entry) {
        const auto name = entry->path().filename().string();
        if (name == "node_modules" || name == "golden" || name == "dictionary" ||
            name == "__pycache__") {
          entry.disable_recursion_pending();
        } else if (entry->is_regular_file() && is_source(entry->path())) {
          Source source{entry->path().string(), {}};
          std::ifstream file(entry->path());
          for (std::string line; std::getline(file, line);) source.lines.push_back(line);
          found.push_back(std::move(source));
        }
      }
    }
    return found;
  }();
  return all;
}

bool is_cpp(const Source& source) {
  return source.path.ends_with(".h") || source.path.ends_with(".cc");
}
bool is_ours(std::string_view include) {
  static const std::set<std::string_view> folders{"events", "projections", "ingest",    "query",
                                                  "ops",    "tests",       "benchmarks"};
  return folders.contains(include.substr(0, include.find('/'))) &&
         !include.ends_with("_generated.h");
}

std::vector<std::string> includes_of(const Source& source) {
  static const std::regex include(R"re(^\s*#include\s+"([^"]+)")re");
  std::vector<std::string> found;
  for (const auto& line : source.lines) {
    std::smatch match;
    if (std::regex_search(line, match, include)) found.push_back(match[1]);
  }
  return found;
}

// events, projections, ingest, query, ops/node, or the floor (ops/runtime, ops/http, ops/auth).
std::string room_of(const std::string& path) {
  if (path.starts_with("ops/node/")) return "ops/node";
  if (path.starts_with("ops/")) return "ops";
  return path.substr(0, path.find('/'));
}

TEST(TidyTest, IncludesGoOneWay) {
  const std::map<std::string, std::set<std::string>> may{
      {"events", {"events"}},
      {"projections", {"events", "projections"}},
      {"ops", {"events", "ops"}},
      {"ingest", {"events", "ops", "ingest"}},
      {"query", {"events", "projections", "ops", "query"}},
      {"ops/node", {"events", "projections", "ops", "ingest", "query", "ops/node"}},
  };
  std::vector<std::string> wrong;
  for (const auto& source : sources()) {
    const auto allowed = may.find(room_of(source.path));
    if (!is_cpp(source) || allowed == may.end()) continue;
    for (const auto& include : includes_of(source)) {
      if (is_ours(include) && !allowed->second.contains(room_of(include)))
        wrong.push_back(source.path + " includes " + include);
    }
  }
  EXPECT_THAT(wrong, IsEmpty());
}

TEST(TidyTest, LibrariesStayInTheirAdapters) {
  const std::vector<std::pair<std::string, std::regex>> kept_out_of_headers{
      {"RocksDB", std::regex(R"(#include\s+<rocksdb/)")},
      {"simdjson", std::regex(R"(#include\s+<simdjson)")},
      {"Boost.Beast", std::regex(R"(#include\s+<boost/beast)")},
      {"librdkafka", std::regex(R"(#include\s+<librdkafka/)")},
      {"pugixml", std::regex(R"(#include\s+<pugixml)")},
  };
  std::vector<std::string> wrong;
  for (const auto& source : sources()) {
    // kafka_client.h is the adapter's own header, as <library>_store.h would be.
    if (!source.path.ends_with(".h") || source.path.starts_with("events/log/kafka_") ||
        source.path.starts_with("tests/") || source.path.starts_with("benchmarks/")) {
      continue;
    }
    for (const auto& line : source.lines) {
      for (const auto& [library, include] : kept_out_of_headers) {
        if (std::regex_search(line, include)) wrong.push_back(source.path + " includes " + library);
      }
    }
  }
  EXPECT_THAT(wrong, IsEmpty());
}

// A .cc has its .h beside it, or says first which header of its folder it belongs to.
// What opens a document shows it, so it notes it for the access log (query/returned.h); or it is
// here, because what it opens is shown to nobody, or noted where it is written.
TEST(TidyTest, DocumentsAreOpenedForAnswersInOnePlace) {
  const std::map<std::string, std::string> others{
      {"query/returned.cc", "the place itself"},
      {"query/checks/alert_record.cc", "an alert, to be written again with its outcome"},
      {"query/bulk/scope.cc", "a Group, for its members"},
      {"query/reconciliation/sign_route.cc", "resources of a list, to be written again"},
      {"query/reconciliation/signed_list.cc", "a signed list, noted by what writes its head"},
      {"query/measures/evaluated_totals.cc", "a record that is counted, noted once it is"},
      {"query/measures/reading.cc",
       "a record that is counted as kept figures are: none of it is shown"},
      {"query/measures/explain.cc", "a record that is evaluated, noted once it is"},
      {"query/subscriptions/notification.cc", "noted when it goes into a notification"},
      {"query/subscriptions/roster.cc", "Subscriptions, for the hub"},
      {"ops/node/subscription_status.cc", "a Subscription, to be written again"},
  };
  const std::regex opens(R"(shards(_|\(\))?(\.|->)(raw_)?document\()");
  std::vector<std::string> wrong;
  std::set<std::string> found;
  for (const auto& source : sources()) {
    if (!is_cpp(source) || room_of(source.path) == "projections" ||
        source.path.starts_with("tests/"))
      continue;
    for (const auto& line : source.lines) {
      if (!std::regex_search(line, opens)) continue;
      found.insert(source.path);
      if (!others.contains(source.path)) wrong.push_back(source.path + ": " + line);
    }
  }
  EXPECT_THAT(wrong, IsEmpty());
  EXPECT_EQ(found.size(), others.size());  // none is listed that opens none
}

TEST(TidyTest, EverySourceHasItsHeader) {
  std::vector<std::string> wrong;
  for (const auto& source : sources()) {
    if (!source.path.ends_with(".cc") || source.path.starts_with("tests/")) continue;
    // Not called by C++ of ours: a program, or a symbol that a library looks for.
    const bool entered_elsewhere =
        std::any_of(source.lines.begin(), source.lines.end(), [](const std::string& line) {
          return line.starts_with("int main(") || line.starts_with("extern \"C\"");
        });
    if (entered_elsewhere) continue;
    const fs::path path(source.path);
    auto header = path;
    header.replace_extension(".h");
    const bool paired = fs::exists(header);
    const auto includes = includes_of(source);
    const bool belongs = std::any_of(includes.begin(), includes.end(), [&](const auto& include) {
      return fs::path(include).parent_path() == path.parent_path();
    });
    if (!paired && !belongs) wrong.push_back(source.path);
  }
  EXPECT_THAT(wrong, IsEmpty());
}

TEST(TidyTest, HeadersAreReadOnceAndSayWhatTheyAre) {
  std::vector<std::string> wrong;
  for (const auto& source : sources()) {
    if (!source.path.ends_with(".h")) continue;
    const auto once = std::find(source.lines.begin(), source.lines.end(), "#pragma once");
    if (once == source.lines.end()) wrong.push_back(source.path + ": no #pragma once");
    if (source.lines.empty() || !source.lines.front().starts_with("//"))
      wrong.push_back(source.path + ": no word about it at the top");
  }
  EXPECT_THAT(wrong, IsEmpty());
}

TEST(TidyTest, NoFileIsLongerThan500Lines) {
  std::vector<std::string> wrong;
  for (const auto& source : sources()) {
    // Handed to people outside as it is, so it is one file.
    if (source.path == "ops/verify_proof.py") continue;
    if (source.lines.size() > 500)
      wrong.push_back(source.path + ": " + std::to_string(source.lines.size()));
  }
  EXPECT_THAT(wrong, IsEmpty());
}

TEST(TidyTest, NoPathOfAMachineAndNothingLeftToDo) {
  // Put together here, so that this file does not find itself.
  const std::regex machine(std::string("/(") + "home|root|work|Users)/[a-z]");
  const std::regex unfinished(std::string("TO") + "DO|FIX" + "ME|XX" + "X:");
  std::vector<std::string> wrong;
  for (const auto& source : sources()) {
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      if (std::regex_search(source.lines[i], machine) ||
          std::regex_search(source.lines[i], unfinished)) {
        wrong.push_back(source.path + ":" + std::to_string(i + 1) + ": " + source.lines[i]);
      }
    }
  }
  EXPECT_THAT(wrong, IsEmpty());
}

TEST(TidyTest, NamesAreWholeWordsInSnakeCase) {
  const std::regex file_name("[a-z0-9_]+\\.(h|cc)");
  const std::regex two_things(R"((class|struct)\s+\w*(Manager|Helper|Util|Utils|Common)\b)");
  std::vector<std::string> wrong;
  for (const auto& source : sources()) {
    if (!is_cpp(source)) continue;
    if (!std::regex_match(fs::path(source.path).filename().string(), file_name))
      wrong.push_back(source.path);
    for (const auto& line : source.lines) {
      if (std::regex_search(line, two_things)) wrong.push_back(source.path + ": " + line);
    }
  }
  EXPECT_THAT(wrong, IsEmpty());
}

TEST(TidyTest, EveryTestIsListed) {
  std::ifstream file("tests/CMakeLists.txt");
  std::stringstream text;
  text << file.rdbuf();
  const auto listed = text.str();
  std::vector<std::string> wrong;
  for (const auto& source : sources()) {
    const bool is_test = source.path.starts_with("tests/") && source.path.ends_with("_test.cc");
    if (is_test && listed.find(source.path.substr(6)) == std::string::npos)
      wrong.push_back(source.path);
  }
  EXPECT_THAT(wrong, IsEmpty());
}

}  // namespace
