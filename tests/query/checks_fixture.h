// A patient's chart and drafted orders in a few words, and the cards that come of them.
#pragma once

#include "query/alerts.h"
#include "query/checks/cds_hooks.h"
#include "query/checks/check_routes.h"
#include "query/checks/drug_list.h"
#include "tests/projections/facts_builder.h"
#include "tests/query/read_fixture.h"

namespace tests {

inline constexpr const char* rxnorm = "http://www.nlm.nih.gov/research/umls/rxnorm";

// How a line of the list differs from a tablet a day, active since January.
struct Order {
  std::string code, display;
  std::string status = "active";
  std::string authored = "2026-01-05";
  std::string tablets = "1";
  std::string medication_reference = {};
};

class ChecksFixture : public ::testing::Test {
 protected:
  ChecksFixture();

  void given_patient(const std::string& born = "1970-05-06", const std::string& gender = "female",
                     const std::string& died = {});
  void takes(const std::string& id, const Order& order, const std::string& patient = "ana");
  void allergic(const std::string& id, const std::string& to,
                const std::string& clinical = "active",
                const std::string& verification = "confirmed");
  void measured(const std::string& id, const std::string& loinc, const std::string& value,
                const std::string& unit, const std::string& when = "2026-11-20");

  ops::http::Response post(const std::string& target, const std::string& body);
  boost::json::value answer_of(const std::string& target, const std::string& body);  // of a 200
  boost::json::value check(const std::string& body);
  boost::json::value check_list();
  // In force, as the fold left them: "stop interaction onc-high-08", sorted.
  std::vector<std::string> alerts(const std::string& patient = "ana", std::string_view kind = {});
  // Sorted: "stop interaction onc-high-08".
  static std::vector<std::string> lines(const boost::json::value& answer);
  static std::vector<std::string> lines(const boost::json::value& answer, std::string_view kind);
  static std::vector<std::string> not_checked(const boost::json::value& answer);

  ReadFixture read_;
  std::shared_ptr<const projections::knowledge::Knowledge> knowledge_;
  query::checks::Checks checks_;
};

// ---- FHIR JSON ----
std::string draft(const std::string& id, const std::string& code, const std::string& display,
                  const std::string& more = {});
std::string text_draft(const std::string& id, const std::string& text);
std::string bundle(const std::vector<std::string>& resources);

}  // namespace tests
