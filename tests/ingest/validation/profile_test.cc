#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

#include "ingest/validation/profile_check.h"
#include "ingest/validation/profiles.h"
#include "ingest/validation/validator.h"
#include "tests/temporary_folder.h"

namespace ingest::validation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string quoted(std::string text) {
  std::replace(text.begin(), text.end(), '\'', '"');
  return text;
}

// A package of one profile of Observation, whose snapshot's elements are `elements`, an extension
// and a value set.
std::string package(const std::string& elements, const std::string& url = "urn:p") {
  return quoted(
      "{'resourceType':'Bundle','type':'collection','entry':["
      "{'resource':{'resourceType':'ValueSet','url':'urn:colours','compose':{'include':[{'system':"
      "'urn:c','concept':[{'code':'red'},{'code':'blue'}]}]}}},"
      "{'resource':{'resourceType':'ValueSet','url':'urn:open','compose':{'include':[{'system':"
      "'urn:c','filter':[{'property':'x','op':'=','value':'y'}]}]}}},"
      "{'resource':{'resourceType':'StructureDefinition','url':'urn:e','name':'E','type':"
      "'Extension','kind':'complex-type','derivation':'constraint','snapshot':{'element':["
      "{'id':'Extension','path':'Extension','min':0,'max':'1'},"
      "{'id':'Extension.url','path':'Extension.url','min':1,'max':'1','base':{'min':1,'max':'1'},"
      "'type':[{'code':'uri'}],'fixedUri':'urn:e'},"
      "{'id':'Extension.value[x]','path':'Extension.value[x]','min':1,'max':'1','base':{'min':0,"
      "'max':'1'},'type':[{'code':'integer'}]}]}}},"
      "{'resource':{'resourceType':'StructureDefinition','url':'" +
      url +
      "','name':'P','type':'Observation','kind':'resource','derivation':'constraint','snapshot':"
      "{'element':[{'id':'Observation','path':'Observation','min':0,'max':'*','constraint':["
      "{'key':'p-1','severity':'error'},{'key':'obs-6','severity':'error'}]}," +
      elements + "]}}}]}");
}

std::string element(const std::string& id, const std::string& rest) {
  return "{'id':'Observation." + id + "','path':'Observation','base':{'min':0,'max':'*'}," + rest +
         "}";
}

std::vector<std::string> found(const std::string& elements, const std::string& members,
                               Unchecked unchecked = Unchecked::silent) {
  ProfileSet set;
  const auto added = set.add(package(elements));
  EXPECT_TRUE(added.has_value()) << added.error().message;
  set.finish();
  const std::string text = quoted("{'resourceType':'Observation'," + members + "}");
  const auto document = json::Document::parse(text).value();
  Issues issues;
  check_profile(document.root(), *set.find("urn:p|1.0"), set, unchecked, issues);
  std::vector<std::string> messages;
  for (const auto& issue : issues.kept()) messages.push_back(issue.message);
  return messages;
}

TEST(ProfileTest, CardinalityBeyondR4IsDemanded) {
  const auto elements = element("note", "'min':1,'max':'1'");
  EXPECT_THAT(found(elements, "'status':'final'"),
              ElementsAre("Observation.note: missing; at least 1 is required (profile urn:p)"));
  EXPECT_THAT(found(elements, "'note':[{'text':'a'}]"), IsEmpty());
  EXPECT_THAT(found(elements, "'note':[{'text':'a'},{'text':'b'}]"),
              ElementsAre(StartsWith("Observation.note: 2 where at most 1 are allowed")));
  EXPECT_THAT(found(element("note", "'min':0,'max':'0'"), "'note':[{'text':'a'}]"),
              ElementsAre(StartsWith("Observation.note: not allowed; leave it out")));
}

TEST(ProfileTest, WhatIsOnlyR4sIsNotSaidTwice) {
  EXPECT_THAT(found("{'id':'Observation.status','path':'x','min':1,'max':'1','base':{'min':1,"
                    "'max':'1'}}",
                    "'code':{'text':'x'}"),
              IsEmpty());
}

TEST(ProfileTest, FixedValuesAreEqualAndPatternsAreContained) {
  const auto pattern = element("code",
                               "'min':1,'max':'1','patternCodeableConcept':{'coding':["
                               "{'system':'urn:l','code':'1'}]}");
  EXPECT_THAT(found(pattern,
                    "'code':{'coding':[{'system':'urn:x','code':'9'},{'system':'urn:l',"
                    "'code':'1','display':'d'}]}"),
              IsEmpty());
  EXPECT_THAT(found(pattern, "'code':{'coding':[{'system':'urn:l','code':'2'}]}"),
              ElementsAre(StartsWith("Observation.code: does not have {\"coding\"")));
  const auto fixed = element("status", "'min':1,'max':'1','fixedCode':'final'");
  EXPECT_THAT(found(fixed, "'status':'final'"), IsEmpty());
  EXPECT_THAT(found(fixed, "'status':'amended'"),
              ElementsAre(StartsWith("Observation.status: is not \"final\"; send that")));
}

TEST(ProfileTest, BindingsAreCheckedWhereTheCodesAreAtHand) {
  const auto bound = [](const char* url) {
    return element("code", std::string("'min':1,'max':'1','binding':{'strength':'required',"
                                       "'valueSet':'") +
                               url + "|2'}");
  };
  EXPECT_THAT(found(bound("urn:colours"), "'code':{'coding':[{'system':'urn:c','code':'red'}]}"),
              IsEmpty());
  EXPECT_THAT(found(bound("urn:colours"), "'code':{'coding':[{'system':'urn:c','code':'pink'}]}"),
              ElementsAre(StartsWith("Observation.code: has no code of urn:colours")));
  for (const char* unknown : {"urn:open", "urn:nowhere"}) {
    const auto code = "'code':{'coding':[{'system':'urn:c','code':'pink'}]}";
    EXPECT_THAT(found(bound(unknown), code), IsEmpty());
    EXPECT_THAT(found(bound(unknown), code, Unchecked::said),
                ElementsAre(HasSubstr(std::string("not checked: codes of ") + unknown),
                            HasSubstr("not checked: rule p-1 of urn:p")));
  }
}

TEST(ProfileTest, AChoiceMayBeNarrowed) {
  const auto narrowed = element("value[x]", "'min':0,'max':'1','type':[{'code':'Quantity'}]");
  EXPECT_THAT(found(narrowed, "'valueQuantity':{'value':1}"), IsEmpty());
  EXPECT_THAT(found(narrowed, "'valueString':'x'"),
              ElementsAre(StartsWith("Observation.valueString: is a String; it may be Quantity")));
}

TEST(ProfileTest, ReferencesMayBeNarrowed) {
  const auto narrowed = element("subject",
                                "'min':1,'max':'1','type':[{'code':'Reference','targetProfile':["
                                "'http://hl7.org/fhir/StructureDefinition/Patient']}]");
  EXPECT_THAT(found(narrowed, "'subject':{'reference':'Patient/1'}"), IsEmpty());
  EXPECT_THAT(found(narrowed, "'subject':{'reference':'urn:uuid:1'}"), IsEmpty());
  EXPECT_THAT(
      found(narrowed, "'subject':{'reference':'Device/1'}"),
      ElementsAre(StartsWith("Observation.subject: refers to a Device; it may refer to Patient")));
}

std::string sliced(const std::string& discriminator, const std::string& rules = "open") {
  return element("component", "'min':0,'max':'*','slicing':{'discriminator':[" + discriminator +
                                  "],'rules':'" + rules + "'}") +
         "," + element("component:a", "'min':1,'max':'1'") + ",";
}

TEST(ProfileTest, SlicesAreFoundByPatternAndCounted) {
  const auto elements =
      sliced("{'type':'pattern','path':'code'}") +
      element("component:a.code",
              "'min':1,'max':'1','patternCodeableConcept':{'coding':[{'code':'a'}]}") +
      "," + element("component:a.value[x]", "'min':1,'max':'1','type':[{'code':'Quantity'}]");
  const std::string a = "{'code':{'coding':[{'code':'a'}]},'valueQuantity':{'value':1}}";
  EXPECT_THAT(found(elements, "'component':[" + a + ",{'code':{'text':'other'}}]"), IsEmpty());
  EXPECT_THAT(found(elements, "'component':[{'code':{'text':'other'}}]"),
              ElementsAre(StartsWith("Observation.component: missing of slice a")));
  EXPECT_THAT(found(elements, "'component':[" + a + "," + a + "]"),
              ElementsAre(StartsWith("Observation.component: 2 of slice a where at most 1")));
  EXPECT_THAT(found(elements, "'component':[{'code':{'coding':[{'code':'a'}]}}]"),
              ElementsAre(StartsWith("Observation.component[0].value[x]: missing")));
}

TEST(ProfileTest, SlicesAreFoundByValueOfADeepPath) {
  const auto elements =
      sliced("{'type':'value','path':'code.coding.code'}") +
      element("component:a.code", "'min':1,'max':'1'") + "," +
      element("component:a.code.coding", "'min':1,'max':'*'") + "," +
      element("component:a.code.coding.code", "'min':1,'max':'1','fixedCode':'a'");
  EXPECT_THAT(
      found(elements, "'component':[{'code':{'coding':[{'code':'x'},{'code':'a'}]}}]"),
      ElementsAre(StartsWith("Observation.component[0].code.coding[0].code: is not \"a\"")));
  EXPECT_THAT(found(elements, "'component':[{'code':{'coding':[{'code':'x'}]}}]"),
              ElementsAre(StartsWith("Observation.component: missing of slice a")));
}

TEST(ProfileTest, ClosedSlicingAllowsNoOthers) {
  const auto elements = sliced("{'type':'exists','path':'interpretation'}", "closed") +
                        element("component:a.interpretation", "'min':1,'max':'1'");
  EXPECT_THAT(
      found(elements, "'component':[{'interpretation':[{'text':'x'}]},{'code':{'text':'y'}}]"),
      ElementsAre(StartsWith("Observation.component[1]: belongs to no slice")));
}

TEST(ProfileTest, SlicesOfAChoiceAreFoundByType) {
  const auto elements =
      element("value[x]",
              "'min':0,'max':'1','slicing':{'discriminator':[{'type':'type','path':"
              "'$this'}],'rules':'open'}") +
      "," + element("value[x]:valueQuantity", "'min':0,'max':'1','type':[{'code':'Quantity'}]") +
      "," + element("value[x]:valueQuantity.unit", "'min':1,'max':'1'");
  EXPECT_THAT(found(elements, "'valueString':'x'"), IsEmpty());
  EXPECT_THAT(found(elements, "'valueQuantity':{'value':1}"),
              ElementsAre(StartsWith("Observation.valueQuantity.unit: missing")));
}

TEST(ProfileTest, WhatCannotBeToldApartIsNotCheckedAndSaid) {
  const auto elements = sliced("{'type':'profile','path':'$this'}") +
                        element("component:a.code", "'min':1,'max':'1'");
  EXPECT_THAT(found(elements, "'component':[{'code':{'text':'y'}}]"), IsEmpty());
  EXPECT_THAT(found(elements, "'component':[{'code':{'text':'y'}}]", Unchecked::said),
              ElementsAre(HasSubstr("rule p-1"), HasSubstr("not checked: slice a of component")));
}

TEST(ProfileTest, ExtensionsAreCheckedByTheProfileOfTheirUrl) {
  const auto elements =
      element("extension",
              "'min':0,'max':'*','slicing':{'discriminator':[{'type':'value','path':"
              "'url'}],'rules':'open'}") +
      "," +
      element("extension:e", "'min':1,'max':'1','type':[{'code':'Extension','profile':['urn:e']}]");
  EXPECT_THAT(found(elements, "'extension':[{'url':'urn:e','valueInteger':1}]"), IsEmpty());
  EXPECT_THAT(found(elements, "'extension':[{'url':'urn:x','valueString':'y'}]"),
              ElementsAre(StartsWith("Observation.extension: missing of slice e")));
  EXPECT_THAT(found(elements, "'extension':[{'url':'urn:e','valueString':'1'}]"),
              ElementsAre(StartsWith(
                  "Observation.extension[0].valueString: is a String; it may be integer")));
}

TEST(ProfilesTest, PackagesStayInTheirFolder) {
  ::tests::TemporaryFolder folder;
  const auto elements = element("note", "'min':1,'max':'1'");
  {
    const auto profiles = Profiles::open(folder.path() / "profiles").value();
    EXPECT_EQ(profiles->current()->find("urn:p"), nullptr);
    EXPECT_TRUE(profiles->load(package(elements)).value().is_new);
    EXPECT_FALSE(profiles->load(package(elements)).value().is_new);
    EXPECT_NE(profiles->current()->find("urn:p"), nullptr);
  }
  const auto again = Profiles::open(folder.path() / "profiles").value();
  EXPECT_NE(again->current()->find("urn:p"), nullptr);
  EXPECT_NE(again->current()->find("urn:e"), nullptr);
}

TEST(ProfilesTest, APackageThatIsNoneIsRefusedAndNotKept) {
  ::tests::TemporaryFolder folder;
  const auto profiles = Profiles::open(folder.path()).value();
  for (
      const char* bad :
      {"", "{", R"({"resourceType":"Patient"})", R"({"resourceType":"Bundle","entry":{}})",
       R"({"resourceType":"Bundle","entry":[[null]]})", R"({"resourceType":"Bundle","entry":[{}]})",
       R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"StructureDefinition","url":"urn:p","type":"Patient"}}]})"}) {
    EXPECT_FALSE(profiles->load(bad)) << bad;
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ProfilesTest, ADamagedFileIsNamed) {
  ::tests::TemporaryFolder folder;
  std::ofstream(folder.path() / "0001-x.json") << "{";
  const auto refused = Profiles::open(folder.path());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("0001-x.json"));
}

TEST(ProfilesTest, ADeclaredProfileIsAppliedAndAnUnknownOneIsNot) {
  ::tests::TemporaryFolder folder;
  const auto profiles = Profiles::open(folder.path()).value();
  ASSERT_TRUE(profiles->load(package(element("note", "'min':1,'max':'1'"))));
  const Validator validator(Mode::refuse, profiles.get());
  const auto count = [&](const std::string& declared, const char* asked) {
    const auto text = quoted("{'resourceType':'Observation','meta':{'profile':['" + declared +
                             "']},'status':'final','code':{'text':'x'}}");
    const auto document = json::Document::parse(text).value();
    Issues issues;
    if (asked == nullptr) {
      validator.check(document.root(), issues);
    } else {
      validator.check_asked(document.root(), asked, issues);
    }
    return std::count_if(issues.kept().begin(), issues.kept().end(),
                         [](const Issue& issue) { return issue.severity == Severity::error; });
  };
  EXPECT_EQ(count("urn:p", nullptr), 1);
  EXPECT_EQ(count("urn:p|1.0", nullptr), 1);
  EXPECT_EQ(count("urn:other", nullptr), 0);
  EXPECT_EQ(count("urn:other", ""), 0);
  EXPECT_EQ(count("urn:other", "urn:p"), 1);
  EXPECT_EQ(count("urn:other", "urn:nowhere"), 1);  // asked for, and not loaded
  EXPECT_EQ(count("urn:other", "http://hl7.org/fhir/StructureDefinition/Observation"), 0);
}

}  // namespace
}  // namespace ingest::validation
