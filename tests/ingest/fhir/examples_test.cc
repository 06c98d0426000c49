// Resources that other people wrote: all map, or say why not.
#include <map>
#include <unordered_map>

#include "tests/ingest/fhir/mapped.h"
#include "tests/ingest/test_data.h"

namespace ingest::fhir {
namespace {

using test::mapped;
using ::testing::IsEmpty;

// What does not map of a file's resources, as "Type/id: message".
std::vector<std::string> complaints_of(const char* file, int& mapped_count) {
  std::vector<std::string> complaints;
  ingest::test::for_each_line(ingest::test::data_file(file), 100'000, [&](std::string_view line) {
    const auto document = json::Document::parse(line).value();
    const auto type = document.root()["resourceType"].string();
    if (!events::type_of_name(type)) return;
    const auto result = mapped(line);
    mapped_count += result.errors.empty();
    for (const auto& message : result.messages()) {
      complaints.push_back(std::string(type) + "/" + std::string(document.root()["id"].string()) +
                           ": " + message);
    }
  });
  return complaints;
}

TEST(FhirExamples, TheOfficialR4ExamplesMap) {
  NEEDS_DATA("fhir/r4-examples.ndjson.zst");
  int count = 0;
  EXPECT_THAT(complaints_of("fhir/r4-examples.ndjson.zst", count), IsEmpty());
  EXPECT_GT(count, 100);
}

TEST(FhirExamples, TheUsCoreExamplesMap) {
  NEEDS_DATA("fhir/us-core-examples.ndjson.zst");
  int count = 0;
  EXPECT_THAT(complaints_of("fhir/us-core-examples.ndjson.zst", count), IsEmpty());
  EXPECT_GT(count, 80);
}

// urn:uuid leads to the entry with that fullUrl, a conditional reference anywhere.
struct BundleResolver {
  std::unordered_map<std::string_view, events::ResourceType> entries;

  explicit BundleResolver(const json::Value& bundle) {
    for (auto entry = bundle["entry"].first(); entry; entry = entry.next()) {
      const auto type = events::type_of_name(entry["resource"]["resourceType"].string());
      if (type) entries[entry["fullUrl"].string()] = *type;
    }
  }
  events::Result<ResolvedReference> operator()(std::string_view reference,
                                               const json::Value& place) const {
    if (const auto question = reference.find('?'); question != std::string_view::npos) {
      return ResolvedReference{*events::type_of_name(reference.substr(0, question)), "found", true};
    }
    const auto entry = entries.find(reference);
    if (entry == entries.end()) return events::unprocessable("leads nowhere", place.path());
    return ResolvedReference{entry->second, std::string(reference.substr(9)), true};
  }
};

TEST(FhirExamples, SyntheasFirstBundlesMapWithEachResourceInOnePatientAtMost) {
  NEEDS_DATA("synthea/ma42-300.bundles.ndjson.zst");
  int count = 0;
  ingest::test::for_each_line(
      ingest::test::data_file("synthea/ma42-300.bundles.ndjson.zst"), 3,
      [&](std::string_view line) {
        const auto document = json::Document::parse(line).value();
        const BundleResolver resolver(document.root());
        for (auto entry = document.root()["entry"].first(); entry; entry = entry.next()) {
          const auto result = map_resource(entry["resource"], "made", {resolver, nullptr});
          ASSERT_TRUE(result) << result.error().front().message;
          EXPECT_LE(result->subjects.size(), 1u);
          for (const auto& reference : result->replaced_references) {
            const auto sent = line.substr(reference.begin, reference.end - reference.begin);
            EXPECT_TRUE(sent.starts_with("urn:uuid:") || sent.find('?') != sent.npos) << sent;
          }
          ++count;
        }
      });
  EXPECT_GT(count, 3300);
}

TEST(FhirExamples, ValidatorCasesThatAreNotJsonAreRefusedAndTheRestDoNotCrash) {
  NEEDS_DATA("fhir/validator-cases.tar.zst");
  int not_json = 0;
  for (const auto& file :
       ingest::test::files_of(ingest::test::data_file("fhir/validator-cases.tar.zst"))) {
    if (!file.name.ends_with(".json")) continue;
    if (!json::Document::parse(file.text, false)) {
      ++not_json;
    } else {
      static_cast<void>(mapped(file.text));
    }
  }
  EXPECT_EQ(not_json, 8 + 2);  // two more start with a byte order mark
}

}  // namespace
}  // namespace ingest::fhir
