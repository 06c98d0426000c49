#include "query/checks/drafts.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "events/schema/clinical_generated.h"
#include "projections/coded.h"
#include "query/checks/draft_json.h"

namespace query::checks {
namespace {

namespace json = boost::json;
namespace schema = events::schema;
using events::Result;
using events::Status;
using projections::safety::drug_reading;

// A resource of the body, where it lies, and under which name others refer to it.
struct Placed {
  const json::value* resource;
  std::string place, full_url;
};

std::string_view type_in(const json::value& resource) { return text_in(resource, "resourceType"); }

Status collect(const json::value& resource, const std::string& place, std::vector<Placed>& to);

Status collect_bundle(const json::value& bundle, const std::string& place,
                      std::vector<Placed>& to) {
  const auto* entries = list_in(bundle, "entry");
  if (entries == nullptr) {
    if (member_of(bundle, "entry") == nullptr) return {};
    return events::invalid(place + ".entry: must be a list", place + ".entry");
  }
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const auto at = fmt::format("{}.entry[{}]", place, i);
    const auto* resource = member_of((*entries)[i], "resource");
    if (resource == nullptr || type_in(*resource).empty())
      return events::invalid(at + ": has no resource; send the drafted order in it", at);
    to.push_back({resource, at, std::string(text_in((*entries)[i], "fullUrl"))});
  }
  return {};
}

Status collect_parameters(const json::value& parameters, std::vector<Placed>& to) {
  const auto* list = list_in(parameters, "parameter");
  if (list == nullptr)
    return events::invalid("Parameters.parameter: must be a list", "Parameters.parameter");
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto at = fmt::format("Parameters.parameter[{}]", i);
    const auto* resource = member_of((*list)[i], "resource");
    if (resource == nullptr || type_in(*resource) == "Parameters")
      return events::invalid(at + ": has no resource; send a drafted order or a Bundle in it", at);
    if (auto taken = collect(*resource, at + ".resource", to); !taken) return taken;
  }
  return {};
}

Status collect(const json::value& resource, const std::string& place, std::vector<Placed>& to) {
  const auto type = type_in(resource);
  if (type == "Bundle") return collect_bundle(resource, place, to);
  if (type == "Parameters") return collect_parameters(resource, to);
  if (type == "MedicationRequest" || type == "ServiceRequest") {
    to.push_back({&resource, place, {}});
    return {};
  }
  return events::invalid(
      fmt::format("{}: \"{}\" cannot be checked; send a Bundle, a MedicationRequest, a "
                  "ServiceRequest or Parameters",
                  place, type));
}

// "Patient/ana" and what ends so; nothing of other references (urn:uuid into the Bundle).
std::string_view patient_in(std::string_view reference) {
  constexpr std::string_view type = "Patient/";
  const auto at = reference.rfind(type);
  if (at == reference.npos || (at > 0 && reference[at - 1] != '/')) return {};
  reference.remove_prefix(at + type.size());
  return reference.substr(0, reference.find('/'));
}

class BasketReader {
 public:
  BasketReader(std::vector<Placed> all, std::string_view patient, const MedicationFinder& finder)
      : all_(std::move(all)), patient_(patient), finder_(finder) {}

  Result<Basket> read() && {
    for (const auto& one : all_) {
      if (auto taken = take(one); !taken) return taken.error();
      if (basket_.drugs.size() + basket_.tests.size() > drafts_max)
        return events::unprocessable(
            fmt::format("more than {} drafted orders; check them in parts", drafts_max));
    }
    return std::move(basket_);
  }

 private:
  Status take(const Placed& placed) {
    const auto type = type_in(*placed.resource);
    if (type == "MedicationRequest") return take_drug(placed);
    if (type == "ServiceRequest") return take_test(placed);
    if (type != "Medication" && type != "Patient")
      basket_.not_checked.push_back(
          fmt::format("{}: orders of type {} are not checked", placed.place, type));
    return {};
  }

  static std::string label_of(const Placed& placed) {
    const auto id = text_in(*placed.resource, "id");
    return id.empty() ? placed.place : fmt::format("{}/{}", type_in(*placed.resource), id);
  }

  Status check_subject(const Placed& placed) const {
    const auto* subject = member_of(*placed.resource, "subject");
    if (subject == nullptr) return {};
    const auto whom = patient_in(text_in(*subject, "reference"));
    if (whom.empty() || whom == patient_) return {};
    return events::unprocessable(
        placed.place + ".subject: of another patient than is asked about; nothing was checked",
        placed.place + ".subject");
  }

  // Orders that are over or say not to do something are no drafts of it.
  bool is_silent(const Placed& placed, const std::string& label) {
    const auto status = text_in(*placed.resource, "status");
    const auto* refusal = member_of(*placed.resource, "doNotPerform");
    const bool never = refusal != nullptr && refusal->is_bool() && refusal->get_bool();
    const bool over = status == "stopped" || status == "cancelled" || status == "completed" ||
                      status == "entered-in-error" || status == "revoked";
    if (!never && !over) return false;
    basket_.not_checked.push_back(
        fmt::format("{}: not checked, {}", label,
                    never ? "it says not to do it" : "its status is " + std::string(status)));
    return true;
  }

  Status take_drug(const Placed& placed) {
    if (auto mine = check_subject(placed); !mine) return mine;
    const auto label = label_of(placed);
    const bool silent = is_silent(placed, label);
    if (const auto id = text_in(*placed.resource, "id"); !id.empty())
      basket_.redrafted.push_back({std::string(id), silent});
    if (silent) return {};
    const std::string bytes = request_facts(*placed.resource);
    const auto& facts = *flatbuffers::GetRoot<schema::Facts>(bytes.data());
    Product product = product_of(facts.of_as_MedicationRequest()->medication());
    if (const auto* reference = member_of(*placed.resource, "medicationReference");
        reference != nullptr && product.empty()) {
      auto found = referenced(*placed.resource, *reference);
      if (!found) return found.error();
      product = std::move(*found);
    }
    if (product.empty()) product.shown = label + ", which names no drug";
    auto reading = drug_reading(facts, std::move(product));
    std::move(reading.not_read.begin(), reading.not_read.end(),
              std::back_inserter(basket_.not_checked));
    basket_.drugs.push_back({label, std::move(reading.fact), prescriber_in(*placed.resource)});
    return {};
  }

  static std::string prescriber_in(const json::value& order) {
    const auto* requester = member_of(order, "requester");
    if (requester == nullptr) return {};
    const auto reference = text_in(*requester, "reference");
    return std::string(reference.empty() ? text_in(*requester, "display") : reference);
  }

  // Contained, of the body, of the record; else what the reference itself says.
  Result<Product> referenced(const json::value& order, const json::value& reference) const {
    const auto to = text_in(reference, "reference");
    if (const auto* medication = in_body(order, to)) {
      const std::string bytes = medication_facts(*medication);
      return product_of_medication(*flatbuffers::GetRoot<schema::Facts>(bytes.data()));
    }
    if (const auto at = to.rfind("Medication/"); at != to.npos) {
      auto id = to.substr(at + std::string_view("Medication/").size());
      id = id.substr(0, id.find('/'));
      if (events::is_fhir_id(id)) {
        auto found = finder_.find(id);
        if (!found) return found.error();
        if (*found) return std::move(**found);
      }
    }
    const auto display = text_in(reference, "display");
    return Product{std::string(display.empty() ? to : display), {}};
  }

  const json::value* in_body(const json::value& order, std::string_view to) const {
    if (to.starts_with('#')) {
      const auto* contained = list_in(order, "contained");
      if (contained == nullptr) return nullptr;
      for (const auto& one : *contained) {
        if (type_in(one) == "Medication" && text_in(one, "id") == to.substr(1)) return &one;
      }
      return nullptr;
    }
    for (const auto& one : all_) {
      if (type_in(*one.resource) != "Medication" || to.empty()) continue;
      const auto id = text_in(*one.resource, "id");
      const bool named = !id.empty() && to == fmt::format("Medication/{}", id);
      if (named || to == one.full_url) return one.resource;
    }
    return nullptr;
  }

  Status take_test(const Placed& placed) {
    if (auto mine = check_subject(placed); !mine) return mine;
    TestDraft test{label_of(placed), {}, {}};
    if (is_silent(placed, test.label)) return {};
    if (const auto* code = member_of(*placed.resource, "code")) {
      test.shown = text_in(*code, "text");
      if (const auto* codings = list_in(*code, "coding")) {
        for (const auto& coding : *codings) {
          if (test.shown.empty()) test.shown = text_in(coding, "display");
          if (text_in(coding, "system") == projections::loinc && !text_in(coding, "code").empty())
            test.loinc.emplace_back(text_in(coding, "code"));
        }
      }
    }
    if (test.shown.empty()) test.shown = test.loinc.empty() ? test.label : test.loinc.front();
    if (test.loinc.empty())
      basket_.not_checked.push_back(test.shown +
                                    ": has no LOINC code, so no earlier result was looked for");
    basket_.tests.push_back(std::move(test));
    return {};
  }

  const std::vector<Placed> all_;
  const std::string_view patient_;
  const MedicationFinder& finder_;
  Basket basket_;
};

}  // namespace

Result<Basket> read_basket(const json::value& body, std::string_view patient,
                           const MedicationFinder& finder) {
  std::vector<Placed> all;
  const std::string root(type_in(body).empty() ? std::string_view("body") : type_in(body));
  if (auto collected = collect(body, root, all); !collected) return collected.error();
  return BasketReader(std::move(all), patient, finder).read();
}

std::string prescriber_of(const Basket& basket) {
  std::string who = basket.drugs.empty() ? std::string() : basket.drugs.front().prescriber;
  for (const auto& draft : basket.drugs) {
    if (draft.prescriber != who) return {};
  }
  return who;
}

}  // namespace query::checks
