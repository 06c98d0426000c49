// What a CDS Hooks client sends, read and judged: hooks patient-view, order-select, order-sign.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.h"

namespace query::checks {

// A service of ours and the hook that it answers.
struct CdsService {
  std::string_view id, hook, title, description;
  bool takes_orders = false;
  bool is_signing = false;  // what is shown then is recorded
};
const std::vector<CdsService>& cds_services();
// nullptr: there is none of that id.
const CdsService* cds_service(std::string_view id);

struct CdsRequest {
  std::string patient;
  std::string user;                            // context.userId, as Practitioner/1
  const boost::json::value* orders = nullptr;  // context.draftOrders; of the body it came from
  std::vector<std::string> selections;         // order-select: "MedicationRequest/m1"
};

// CDS Hooks 2.0: hook and hookInstance, and of the context userId, patientId, and for order
// hooks draftOrders (a Bundle), for order-select selections. prefetch, fhirServer and
// fhirAuthorization are not looked at. invalid: names what is missing or wrong.
events::Result<CdsRequest> read_cds_request(const CdsService& service,
                                            const boost::json::value& body);

// 8-4-4-4-12 hex digits.
bool is_uuid(std::string_view text);

}  // namespace query::checks
