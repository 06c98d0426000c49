// Which drug is meant: by code, by display, as people write it.
#include <gmock/gmock.h>

#include <fstream>

#include "ops/node/population/vocabulary.h"
#include "tests/ingest/test_data.h"
#include "tests/projections/knowledge/shipped.h"

namespace projections::knowledge::test {
namespace {

using How = FoundDrug::How;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

std::vector<std::string> bases_of(const FoundDrug& found) {
  std::vector<std::string> names;
  for (const Strength& part : found.parts)
    names.push_back(shipped().ingredient(shipped().base(part.ingredient)).name);
  return names;
}
std::vector<std::string> written(std::string_view text) {
  return bases_of(shipped().find("", text));
}

TEST(KnowledgeDrugsTest, AllDrugCodesOfSyntheaMap) {
  NEEDS_DATA("ddi/synthea-rxcui-ingredients.tsv");
  std::ifstream file(ingest::test::data_file("ddi/synthea-rxcui-ingredients.tsv"));
  std::string line;
  std::getline(file, line);
  std::size_t count = 0;
  std::vector<std::string> unmapped;
  while (std::getline(file, line)) {
    ++count;
    const auto code = cells_of(line).front();
    const Product* product = shipped().product(code);
    if (product == nullptr || product->parts.empty()) unmapped.push_back(line);
  }
  EXPECT_EQ(count, 263u);
  EXPECT_THAT(unmapped, IsEmpty());
}

TEST(KnowledgeDrugsTest, AllDrugCodesOfTheGeneratorMapWithStrengthAndRoute) {
  std::vector<std::string_view> unmapped;
  for (const auto& drug : ops::node::population::drugs()) {
    const Product* product = shipped().product(drug.rxnorm);
    if (product == nullptr || product->route == Route::unknown || !product->parts.front().value)
      unmapped.push_back(drug.rxnorm);
  }
  EXPECT_THAT(unmapped, IsEmpty());
}

TEST(KnowledgeDrugsTest, ASaltIsCheckedAsItsBaseAndStaysApartByRelease) {
  const Product* tartrate = shipped().product("866924");
  const Product* succinate = shipped().product("866427");
  ASSERT_TRUE(tartrate && succinate);
  EXPECT_NE(tartrate->parts[0].ingredient, succinate->parts[0].ingredient);
  EXPECT_EQ(shipped().base(tartrate->parts[0].ingredient),
            shipped().base(succinate->parts[0].ingredient));
  EXPECT_EQ(tartrate->release, Release::immediate);
  EXPECT_EQ(succinate->release, Release::extended);
}

TEST(KnowledgeDrugsTest, ACombinationHasAllItsPartsWithStrengths) {
  const Product* product = shipped().product("197885");
  ASSERT_TRUE(product);
  ASSERT_THAT(product->parts, SizeIs(2));
  EXPECT_EQ(product->parts[0].value, 12.5);
  EXPECT_EQ(product->parts[1].value, 10);
}

TEST(KnowledgeDrugsTest, ContraceptivePacksAreHormones) {
  for (const char* code : {"757594", "748962", "831533", "751905", "749785", "749762", "978950",
                           "748856", "748879", "1367439", "749882", "1359133"}) {
    const FoundDrug found = shipped().find(code, "");
    bool hormone = false;
    for (const Strength& part : found.parts) {
      for (const GroupKey key : shipped().groups_of(shipped().base(part.ingredient)))
        hormone = hormone || shipped().group(key).id == "hormonal_contraceptives";
    }
    EXPECT_TRUE(hormone) << code;
  }
}

TEST(KnowledgeDrugsTest, TextIsReadAsPeopleWriteIt) {
  EXPECT_THAT(written("metformin 500 mg"), ElementsAre("metformin"));
  EXPECT_THAT(written("METFORMIN HYDROCHLORIDE 500MG tab"), ElementsAre("metformin"));
  EXPECT_THAT(written("Yaz"), UnorderedElementsAre("drospirenone", "ethinyl estradiol"));
  EXPECT_THAT(written("Tylenol #3"), UnorderedElementsAre("acetaminophen", "codeine"));
  EXPECT_THAT(written("St. John's Wort"), ElementsAre("st. john's wort"));
  EXPECT_THAT(written("paracetamol"), ElementsAre("acetaminophen"));
  EXPECT_THAT(written("Sulfamethoxazole / Trimethoprim"),
              ElementsAre("sulfamethoxazole", "trimethoprim"));
  EXPECT_THAT(written("insulin isophane, human"), ElementsAre("insulin"));
}

TEST(KnowledgeDrugsTest, ItSaysHowADrugWasFound) {
  EXPECT_EQ(shipped().find("314076", "").how, How::by_code);
  EXPECT_EQ(shipped().find("7984", "").how, How::by_ingredient_code);
  EXPECT_EQ(shipped().find("1", "Yaz 28 Day Pack").how, How::by_display);
  EXPECT_EQ(shipped().find("1", "Lipitor 20 mg").how, How::by_name);
}

TEST(KnowledgeDrugsTest, AnUnknownDrugIsNoDrugAndNotAnEmptyOne) {
  EXPECT_FALSE(shipped().find("1", "little white pill"));
  EXPECT_FALSE(shipped().find("", ""));
}

TEST(KnowledgeDrugsTest, AnUnknownPartIsSaid) {
  EXPECT_FALSE(shipped().find("", "aspirin / foozumab").complete);
  EXPECT_TRUE(shipped().find("", "aspirin 81 mg oral tablet, once daily").complete);
}

TEST(KnowledgeDrugsTest, AStrengthInTheTextIsKept) {
  const auto found = shipped().find("", "simvastatin 40 mg");
  ASSERT_THAT(found.parts, SizeIs(1));
  EXPECT_EQ(found.parts[0].value, 40);
}

TEST(KnowledgeDrugsTest, AnAllergenGroupIsFoundByName) {
  const auto found = shipped().find("", "Sulfa drugs");
  ASSERT_TRUE(found.group);
  EXPECT_EQ(shipped().group(*found.group).id, "sulfonamide_antibiotics");
}

}  // namespace
}  // namespace projections::knowledge::test
