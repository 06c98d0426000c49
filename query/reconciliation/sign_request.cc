#include "query/reconciliation/sign_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "query/checks/check_routes.h"
#include "query/checks/draft_json.h"

namespace query::reconciliation {
namespace {

namespace json = boost::json;
using checks::member_of;
using checks::text_in;
using events::invalid;
using events::Result;

constexpr std::size_t note_max = 4000;

Result<events::PositionToken> read_position(const json::value& body) {
  const auto* value = member_of(body, "position");
  if (value == nullptr || !value->is_string())
    return invalid("position: is missing; send that of the proposal the decisions rest on",
                   "position");
  auto token = events::PositionToken::parse(text_in(body, "position"));
  if (token) return token;
  return invalid("position: " + token.error().message, "position");
}

// R4, List.source: Practitioner, PractitionerRole, Patient or Device.
Result<std::string> read_signer(const json::value& body, const ops::auth::Principal& principal) {
  const auto* value = member_of(body, "signed_by");
  if (value == nullptr) {
    json::object identifier{{"value", principal.subject}};
    if (!principal.issuer.empty()) identifier["system"] = principal.issuer;
    return json::serialize(
        json::object{{"identifier", identifier}, {"display", principal.subject}});
  }
  const std::string_view text = value->is_string() ? std::string_view(value->get_string()) : "";
  const auto slash = text.find('/');
  const auto type = text.substr(0, slash);
  const bool kind =
      type == "Practitioner" || type == "PractitionerRole" || type == "Patient" || type == "Device";
  if (!kind || slash == text.npos || !events::is_fhir_id(text.substr(slash + 1)))
    return invalid(
        "signed_by: must be a reference to a Practitioner, PractitionerRole, Patient or "
        "Device; write Practitioner/p1, or leave it out",
        "signed_by");
  return json::serialize(json::object{{"reference", text}});
}

Result<std::string> read_text(const json::value& body, const char* name) {
  const auto* value = member_of(body, name);
  if (value == nullptr) return std::string();
  const auto text = text_in(body, name);
  const bool control =
      std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
  if (!value->is_string() || text.find_first_not_of(' ') == text.npos || control ||
      text.size() > note_max)
    return invalid(fmt::format("{}: must be a text of 1 to {} bytes without control characters",
                               name, note_max),
                   name);
  return std::string(text);
}

}  // namespace

Result<SignRequest> read_sign_request(const ops::http::Request& request,
                                      std::string_view birth_date) {
  const auto body = checks::read_json(request);
  if (!body) return body.error();
  auto position = read_position(*body);
  if (!position) return position.error();
  auto who = read_signer(*body, request.principal);
  if (!who) return who.error();
  auto note = read_text(*body, "note");
  if (!note) return note.error();
  auto label = read_text(*body, "outside_label");
  if (!label) return label.error();
  auto decisions = read_decisions(*body);
  if (!decisions) return decisions.error();
  SignRequest made{
      std::move(*position), std::move(*who), std::move(*note), {}, std::move(*decisions)};
  if (const auto* outside = member_of(*body, "outside")) {
    auto list = read_outside_list(*outside, birth_date);
    if (!list) return list.error();
    made.outside = std::move(*list);
    if (!label->empty()) made.outside.label = std::move(*label);
  }
  return made;
}

std::string sign_request_schema() {
  namespace schema = ops::http::schema;
  const std::string decision = schema::object({{"decision", schema::one_of(decision_words())}},
                                              {{"resources", schema::array(schema::text)},
                                               {"outside", schema::array(schema::text)},
                                               {"reason", schema::text},
                                               {"dose", schema::text},
                                               {"dosage", schema::any_object},
                                               {"drug", schema::any_object},
                                               {"match_confirmed", schema::yes_or_no}});
  return schema::object({{"position", schema::position}, {"decisions", schema::array(decision)}},
                        {{"signed_by", schema::text},
                         {"note", schema::text},
                         {"outside", schema::any_object},
                         {"outside_label", schema::text}});
}

}  // namespace query::reconciliation
