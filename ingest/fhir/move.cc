#include "ingest/fhir/move.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/clinical_time.h"
#include "events/schema/clinical_generated.h"
#include "ingest/fhir/bundle.h"
#include "ingest/fhir/mapping.h"
#include "ingest/fhir/streams.h"
#include "ingest/json_edit.h"
#include "ops/http/http.h"

namespace ingest::fhir {
namespace {

using events::Error;
using events::ErrorCode;
using events::Matched;
using events::ResourceType;
using events::Result;
using json::Editable;
using ops::http::json_quote;

constexpr const char* moved_url = "urn:uuid:00000000-0000-4000-8000-000000000001";

std::string name_of(const Move& move) {
  return fmt::format("{}/{}", events::type_name(move.type), move.id.text());
}

// The version to move. The stream's version is read first: what comes between makes it stale.
Result<Matched> look_at(const RequestContext& context, const Move& move) {
  const events::Lookup& lookup = context.environment.lookup;
  if (auto there = lookup.reach_end(); !there) return there.error();
  auto known = lookup.find(move.type, move.id);
  if (!known) return known.error();
  if (!*known)
    return Error{ErrorCode::not_found, name_of(move) + ": there is no such resource", {}};
  auto version = lookup.stream_version((*known)->stream);
  if (!version) return version.error();
  known = lookup.find(move.type, move.id);
  if (!known) return known.error();
  Matched found{**known, *version};
  if (found.known.deleted) {
    if (!was_accepted(context, 0, found.known.stream))
      return Error{ErrorCode::gone, name_of(move) + " was deleted", {}};
    --found.known.version.value;  // the delete was this very move's
    return found;
  }
  if (move.if_match == 0 || found.known.version.value == move.if_match) return found;
  return Error{ErrorCode::precondition_failed,
               fmt::format("If-Match: W/\"{}\" but the resource is at version {}; read it and try "
                           "again",
                           move.if_match, found.known.version.value),
               {}};
}

std::shared_ptr<const MadeDocument> made_document(std::string text) {
  auto made = std::make_shared<MadeDocument>();
  made->text = std::move(text);
  auto parsed = json::Document::parse(made->text);
  if (parsed) made->document = std::move(*parsed);
  return made;
}

// The resource as the other patient's: nothing of the old one's name stays in its subject.
Result<std::string> of_other_patient(const json::Value& resource, const Move& move) {
  const auto member = subject_element(move.type);
  const auto subjects = subject_references(move.type, resource);
  const json::Value subject = resource[member];
  if (subjects.size() != 1 || !subject.is_object() ||
      !subjects.front().string().starts_with("Patient/")) {
    return events::unprocessable(name_of(move) +
                                 " is of no single patient that it could be moved away from");
  }
  const std::string patient = "Patient/" + move.patient.text();
  if (subjects.front().string() == patient)
    return events::unprocessable(fmt::format("{} is {}'s already", name_of(move), patient));
  Editable root = json::editable(resource);
  std::erase_if(root.items, [](const Editable& item) { return item.name == "id"; });
  Editable reference;
  reference.kind = json::Kind::string;
  reference.name = "reference";
  reference.token = json_quote(patient);
  Editable& element = *root.find(member);
  element.items.clear();
  element.items.push_back(std::move(reference));
  return json::text_of(root);
}

std::string provenance(const RequestContext& context, const Move& move, events::Version from) {
  const std::string& subject = context.principal.subject;
  return fmt::format(
      R"({{"resourceType":"Provenance","target":[{{"reference":"{}"}}],"recorded":"{}",{}"activity":{{"text":"moved from another patient's record"}},"agent":[{{"who":{{"display":{}}}}}],"entity":[{{"role":"source","what":{{"reference":"{}/_history/{}"}}}}]}})",
      moved_url, events::format_instant(claimed_now()),
      move.reason.empty() ? ""
                          : fmt::format(R"("reason":[{{"text":{}}}],)", json_quote(move.reason)),
      json_quote(subject.empty() ? "anonymous" : subject), name_of(move), from.value);
}

Write create(ResourceType type, std::uint64_t ordinal, std::string text) {
  Write write;
  write.verb = Verb::create;
  write.ordinal = ordinal;
  write.type = type;
  write.path = events::type_name(type);
  write.made = made_document(std::move(text));
  if (write.made->document) write.resource = write.made->document->root();
  return write;
}

Result<std::vector<Write>> writes_of(const RequestContext& context, const Move& move) {
  const Environment& environment = context.environment;
  if (!environment.read_version)
    return Error{ErrorCode::unsupported, "$move: this node does not read resources", {}};
  auto found = look_at(context, move);
  if (!found) return found.error();
  if (auto may = may_read_and_update(context, move.type, found->known.stream); !may)
    return may.error();
  auto patient = environment.lookup.find(ResourceType::Patient, move.patient);
  if (!patient) return patient.error();
  if (!*patient || (*patient)->deleted) {
    return events::unprocessable(
        fmt::format("patient: there is no Patient/{}", move.patient.text()),
        "Parameters.parameter");
  }
  auto text = environment.read_version(move.type, move.id, found->known.version);
  if (!text) return text.error();
  auto before = json::Document::parse(*text);
  if (!before) return before.error();
  auto after = of_other_patient(before->root(), move);
  if (!after) return after.error();

  std::vector<Write> writes;
  writes.push_back(create(move.type, 0, std::move(*after)));
  writes.back().full_url = moved_url;
  writes.back().was_stored = true;  // a wrong chart is mended whatever else is wrong with it
  Write remove;
  remove.verb = Verb::remove;
  remove.ordinal = 1;
  remove.type = move.type;
  remove.id = move.id;
  remove.path = name_of(move);
  remove.if_match = move.if_match;
  const events::Version from = found->known.version;
  remove.found = std::move(*found);
  writes.push_back(std::move(remove));
  writes.push_back(create(ResourceType::Provenance, 2, provenance(context, move, from)));
  return writes;
}

}  // namespace

Result<Move> read_move(ResourceType type, std::string_view id, const json::Value& parameters) {
  const auto refuse = [](std::string_view what) {
    return events::invalid(fmt::format("$move: {}", what), "Parameters");
  };
  if (parameters["resourceType"].string() != "Parameters")
    return refuse("send Parameters with `patient`, a valueReference");
  if (!events::is_fhir_id(id)) return refuse("the id in the URL is none");
  Move move{type, events::ResourceId(std::string(id)), {}, {}, 0};
  for (auto one = parameters["parameter"].first(); one; one = one.next()) {
    const std::string_view name = one["name"].string();
    if (name == "patient") {
      std::string_view reference = one["valueReference"]["reference"].string();
      if (!reference.starts_with("Patient/") || !events::is_fhir_id(reference.substr(8)))
        return refuse("`patient` is no reference to a Patient here; write Patient/<id>");
      move.patient = events::ResourceId(std::string(reference.substr(8)));
    } else if (name == "reason") {
      move.reason = one["valueString"].string();
    } else {
      return refuse(fmt::format("knows no parameter \"{}\"", name.substr(0, 50)));
    }
  }
  if (move.patient.text().empty()) return refuse("`patient` is missing");
  return move;
}

tl::expected<Plan, Refusals> plan_move(const RequestContext& context, const Move& move,
                                       const events::Digest16& request) {
  auto writes = writes_of(context, move);
  if (!writes) return tl::unexpected(Refusals{writes.error()});
  RequestContext of_move = context;
  of_move.is_history = true;  // it was ordered before: a wrong chart is mended
  return plan(of_move, *writes, 0, request);
}

}  // namespace ingest::fhir
