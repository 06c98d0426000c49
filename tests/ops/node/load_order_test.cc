#include "ops/node/load_order.h"

#include <gtest/gtest.h>

namespace ops::node {
namespace {

TEST(LoadOrderTest, EnvelopeIsReadWithoutTheRest) {
  const auto bundle =
      read_envelope(R"({"resourceType":"Bundle","type":"transaction","entry":[{"broken)");
  EXPECT_EQ(bundle.resource_type + bundle.bundle_type, "Bundletransaction");
  const auto patient = read_envelope(
      "\xef\xbb\xbf { \"contained\" : [ { \"id\" : \"}\\\"\" } ] , \"id\" : \"p1\" , "
      "\"resourceType\" : \"Patient\" } ");
  EXPECT_EQ(patient.resource_type + "/" + patient.id, "Patient/p1");
}

TEST(LoadOrderTest, NestedMembersAreNotMistakenForTheTopOnes) {
  const auto envelope = read_envelope(
      R"({"meta":{"id":"x","resourceType":"Bundle"},"resourceType":"Device","id":"d"})");
  EXPECT_EQ(envelope.resource_type + "/" + envelope.id, "Device/d");
}

TEST(LoadOrderTest, WhatIsNotJsonHasNoEnvelopeAndEnds) {
  for (const char* text :
       {"", "{", "[1]", "{\"resourceType", "{\"id\":\"\\", "{\"a\":[[[", "nonsense"}) {
    EXPECT_EQ(read_envelope(text).resource_type, "") << text;
  }
}

TEST(LoadOrderTest, WhatOthersReferToComesFirst) {
  const auto turn = [](const char* type, const char* bundle = "", const char* file = "x.ndjson") {
    return turn_of({type, bundle, "1"}, file);
  };
  EXPECT_EQ(turn("Bundle", "batch"), 0u);
  EXPECT_EQ(turn("Bundle", "transaction", "hospitalInformation1.json"), 0u);
  EXPECT_LT(turn("Bundle", "batch", "hospitalInformation.json"),
            turn("Bundle", "batch", "practitionerInformation.json"));
  EXPECT_LT(turn("Bundle", "batch", "practitionerInformation.json"), turn("Organization"));
  EXPECT_EQ(turn("Bundle", "transaction"), turns - 1);
  EXPECT_LT(turn("Organization"), turn("Practitioner"));
  EXPECT_LT(turn("Medication"), turn("Patient"));
  EXPECT_LT(turn("Patient"), turn("Observation"));
  EXPECT_EQ(turn("Observation"), turns - 1);
}

}  // namespace
}  // namespace ops::node
