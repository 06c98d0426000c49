// Every refusal of the edge with its answer: status, element, and a word of the remedy.
// None of them writes anything.
#include "ingest/refusals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ingest/door.h"

namespace ingest::test {
namespace {

using testing::HasSubstr;

struct Case {
  std::string name;
  std::string method, path, body;
  int status;
  std::string element;  // in the OperationOutcome's expression; empty: none asked for
  std::string says;
  Headers headers = {};
};

std::vector<Case> cases() {
  const auto post = [](std::string name, std::string body, int status, std::string element,
                       std::string says) {
    return Case{std::move(name),    "POST",         "/fhir", std::move(body), status,
                std::move(element), std::move(says)};
  };
  const std::string ana = condition("Patient/ana");
  return {
      post("broken JSON", R"({"resourceType":)", 400, "", ""),
      post("a name twice", R"({"resourceType":"Bundle","type":"batch","type":"batch"})", 400, "",
           "type"),
      post("invalid UTF-8", "{\"resourceType\":\"Bundle\",\"x\":\"\xff\"}", 400, "", ""),
      post("not a Bundle", patient(), 400, "Bundle.resourceType", "/fhir/<Type>"),
      post("a searchset", R"({"resourceType":"Bundle","type":"searchset"})", 422, "Bundle.type",
           "transaction"),
      post("entry is no array", R"({"resourceType":"Bundle","type":"batch","entry":{}})", 422,
           "Bundle.entry", "array"),
      post("no request", transaction({R"({"resource":{}})"}), 422, "Bundle.entry[0].request",
           "method"),
      post("no such method", transaction({entry("SEND", "Patient", patient())}), 422,
           "Bundle.entry[0].request.method", "POST"),
      post("a GET of elsewhere", transaction({entry("GET", "http://elsewhere/Patient", "")}), 422,
           "Bundle.entry[0].request.url", "below /fhir"),
      post("no such type", transaction({entry("POST", "Person", "{}")}), 422,
           "Bundle.entry[0].request.url", "Person"),
      post("POST to an id", transaction({entry("POST", "Patient/a", patient())}), 422,
           "Bundle.entry[0].request.url", "PUT"),
      post("PUT to a type", transaction({entry("PUT", "Patient", patient())}), 422,
           "Bundle.entry[0].request.url", "Type/id"),
      post("DELETE by criteria that only shape an answer",
           transaction({entry("DELETE", "Condition?_count=1", "")}), 400, "Bundle.entry[0]",
           "_count"),
      post("no resource", transaction({entry("POST", "Patient", "")}), 422,
           "Bundle.entry[0].resource", "missing"),
      post("another type", transaction({entry("POST", "Patient", ana)}), 422,
           "Bundle.entry[0].resource.resourceType", "URL"),
      post("PUT without id", transaction({entry("PUT", "Patient/a", patient())}), 400,
           "Bundle.entry[0].resource.id", "missing"),
      post("PUT with other id", transaction({entry("PUT", "Patient/a", patient("", "b"))}), 400,
           "Bundle.entry[0].resource.id", "differs"),
      post("bad ifMatch",
           transaction({entry("PUT", "Patient/a", patient("", "a"), "", R"("ifMatch":"x")")}), 400,
           "Bundle.entry[0].request.ifMatch", "W/"),
      post("ifNoneExist by what is not searched",
           transaction({entry("POST", "Patient", patient(), "", R"("ifNoneExist":"colour=x")")}),
           400, "Bundle.entry[0]", "colour"),
      post("urn that leads nowhere",
           transaction({entry("POST", "Condition", condition("urn:uuid:x"))}), 422,
           "Bundle.entry[0].resource.subject.reference", "fullUrl"),
      post("condition that nothing fits",
           transaction({entry("POST", "Condition", condition("Patient?identifier=a|b"))}), 422,
           "Bundle.entry[0].resource.subject.reference", "load it first"),
      post("condition by name that nothing fits",
           transaction({entry("POST", "Condition", condition("Patient?name=b"))}), 422,
           "Bundle.entry[0].resource.subject.reference", "load it first"),
      post("condition by what is not searched",
           transaction({entry("POST", "Condition", condition("Patient?colour=b"))}), 400,
           "Bundle.entry[0].resource.subject.reference", "colour"),
      post("two fullUrls alike",
           transaction({entry("POST", "Patient", patient(), "urn:uuid:a"),
                        entry("POST", "Condition", ana, "urn:uuid:a")}),
           422, "Bundle.entry[1].fullUrl", "own"),
      post("one resource twice",
           transaction(
               {entry("PUT", "Patient/a", patient("", "a")), entry("DELETE", "Patient/a", "")}),
           422, "Bundle.entry[1]", "once"),
      post("impossible date",
           transaction({entry("POST", "Patient",
                              R"({"resourceType":"Patient","birthDate":"2024-13-01"})")}),
           422, "Bundle.entry[0].resource.birthDate", "2024-13-01"),
      post("meta is text",
           transaction({entry("POST", "Patient", R"({"resourceType":"Patient","meta":"x"})")}), 422,
           "Bundle.entry[0].resource.meta", "object"),
      {"no content type we know",
       "POST",
       "/fhir",
       batch({}),
       415,
       "",
       "application/fhir+json",
       {{"content-type", "text/plain"}}},
      {"empty key",
       "POST",
       "/fhir",
       batch({}),
       400,
       "Idempotency-Key",
       "1 to 255",
       {{"idempotency-key", ""}}},
      {"single of no type", "POST", "/fhir/Person", "{}", 404, "", "metadata"},
      {"single If-None-Exist by what is not searched",
       "POST",
       "/fhir/Patient",
       patient(),
       400,
       "Patient",
       "colour",
       {{"if-none-exist", "colour=x"}}},
      {"single empty If-None-Exist",
       "POST",
       "/fhir/Patient",
       patient(),
       422,
       "If-None-Exist",
       "identifier=",
       {{"if-none-exist", ""}}},
      {"single bad If-Match",
       "PUT",
       "/fhir/Patient/a",
       patient("", "a"),
       400,
       "If-Match",
       "W/",
       {{"if-match", "x"}}},
      {"single If-None-Match",
       "PUT",
       "/fhir/Patient/a",
       patient("", "a"),
       400,
       "If-None-Match",
       "*",
       {{"if-none-match", "W/\"1\""}}},
      {"single If-Match of a create",
       "POST",
       "/fhir/Patient",
       patient(),
       400,
       "If-Match",
       "leave it out",
       {{"if-match", "W/\"1\""}}},
      {"single If-None-Match of a delete",
       "DELETE",
       "/fhir/Patient/a",
       "",
       400,
       "If-None-Match",
       "PUT to an id",
       {{"if-none-match", "*"}}},
      {"single If-None-Exist of an update",
       "PUT",
       "/fhir/Patient/a",
       patient("", "a"),
       400,
       "If-None-Exist",
       "for a POST",
       {{"if-none-exist", "identifier=urn:test|1"}}},
      {"single create with criteria in the URL", "POST", "/fhir/Patient?identifier=1", patient(),
       400, "url", "identifier=1"},
      {"single update by id and criteria", "PUT", "/fhir/Patient/a?family=x", patient("", "a"), 400,
       "url", "family=x"},
      {"single delete by id and criteria", "DELETE", "/fhir/Patient/a?_cascade=delete", "", 400,
       "url", "_cascade=delete"},
      {"entry ifMatch of a create", "POST", "/fhir",
       transaction({entry("POST", "Patient", patient(), {}, R"("ifMatch":"W/\"1\"")")}), 400,
       "Bundle.entry[0].request.ifMatch", "leave it out"},
      {"entry ifNoneExist of an update", "POST", "/fhir",
       transaction({entry("PUT", "Patient/a", patient("", "a"), {},
                          R"("ifNoneExist":"identifier=urn:test|1")")}),
       400, "Bundle.entry[0].request.ifNoneExist", "for a POST"},
      {"single with other id", "PUT", "/fhir/Patient/a", patient("", "b"), 400, "Patient.id",
       "differs"},
      {"commit that is none", "GET", "/commits/x", "", 400, "", "Chartlog-Commit"},
  };
}

TEST(RefusalsTest, EachNamesElementAndRemedyAndWritesNothing) {
  Door door;
  for (const Case& one : cases()) {
    SCOPED_TRACE(one.name);
    auto response = door.send(one.method, one.path, one.body, one.headers);
    EXPECT_EQ(response.status, one.status) << response.body;
    EXPECT_THAT(response.body, HasSubstr(one.says));
    if (!one.element.empty()) {
      EXPECT_THAT(response.body, HasSubstr("\"" + one.element + "\""));
    }
    EXPECT_EQ(door.records(), 0u);
  }
}

}  // namespace
}  // namespace ingest::test
