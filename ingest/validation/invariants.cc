#include "ingest/validation/invariants.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <string>

#include "events/clinical_time.h"

namespace ingest::validation {
namespace {

using json::Value;

bool is_member(std::string_view name, std::string_view wanted) {
  if (name.starts_with('_')) name.remove_prefix(1);
  return name == wanted;
}

// A primitive that has only extensions exists, too.
bool has(const Value& at, std::string_view name) {
  for (Value member = at.first(); member; member = member.next()) {
    if (is_member(member.name(), name)) return true;
  }
  return false;
}

// value[x]: valueQuantity, _valueString …
bool has_choice(const Value& at, std::string_view name) {
  for (Value member = at.first(); member; member = member.next()) {
    std::string_view form = member.name();
    if (form.starts_with('_')) form.remove_prefix(1);
    if (form.starts_with(name) && form.size() > name.size() && form[name.size()] >= 'A' &&
        form[name.size()] <= 'Z') {
      return true;
    }
  }
  return false;
}

std::string_view text(const Value& at, std::string_view name) { return at[name].string(); }

// Whether any element of the list `at[list]` fulfils `test`.
template <class Test>
bool any(const Value& at, std::string_view list, Test test) {
  for (Value item = at[list].first(); item; item = item.next()) {
    if (test(item)) return true;
  }
  return false;
}

bool has_code(const Value& concept_, std::string_view code) {
  return any(concept_, "coding", [&](const Value& coding) { return text(coding, "code") == code; });
}

bool implies(bool condition, bool then) { return !condition || then; }

// False only if the whole of `end` lies before `start`: 2020-05 to 2020 holds.
bool in_order(std::string_view start, std::string_view end) {
  if (start.empty() || end.empty()) return true;
  const auto from = events::parse_clinical_time(start);
  const auto to = events::parse_clinical_time(end);
  return !from || !to || from->low < to->high;
}

double number(const Value& at, std::string_view name) {
  return std::strtod(std::string(at[name].raw()).c_str(), nullptr);
}

constexpr std::string_view ucum = "http://unitsofmeasure.org";

// Age, Distance, Count: a code beside a value, and UCUM, where a system is said.
bool is_ucum(const Value& at) {
  return implies(has(at, "value"), has(at, "code")) &&
         implies(has(at, "system"), text(at, "system") == ucum);
}

bool is_greater_than_zero(const Value& at) { return !at["value"] || number(at, "value") > 0; }

// tim-9: an offset belongs to an event, and to none that is a meal itself.
bool offset_has_its_event(const Value& at) {
  if (!has(at, "offset")) return true;
  return has(at, "when") && !any(at, "when", [](const Value& when) {
           const auto code = when.string();
           return code == "C" || code == "CM" || code == "CD" || code == "CV";
         });
}

bool same_coding(const Value& a, const Value& b) {
  return !text(a, "code").empty() && text(a, "code") == text(b, "code") &&
         text(a, "system") == text(b, "system");
}

// No component has the code of the Observation, if that has a value.
bool obs_7(const Value& at) {
  if (!has(at, "component") || !has_choice(at, "value")) return true;
  const Value code = at["code"];
  return !any(at, "component", [&](const Value& component) {
    return any(component["code"], "coding", [&](const Value& mine) {
      return any(code, "coding", [&](const Value& other) { return same_coding(mine, other); });
    });
  });
}

bool link_ids_are_unique(const Value& item, std::set<std::string_view>& seen) {
  return !any(item, "item", [&](const Value& child) {
    const auto link = text(child, "linkId");
    return (!link.empty() && !seen.insert(link).second) || !link_ids_are_unique(child, seen);
  });
}

constexpr std::string_view verification_error = "entered-in-error";

constexpr CheckedInvariant all[] = {
    {"age-1", [](const Value& at) { return is_ucum(at) && is_greater_than_zero(at); }},
    {"ait-1",
     [](const Value& at) {
       return has(at, "clinicalStatus") || has_code(at["verificationStatus"], verification_error);
     }},
    {"ait-2",
     [](const Value& at) {
       return !has_code(at["verificationStatus"], verification_error) || !has(at, "clinicalStatus");
     }},
    {"att-1", [](const Value& at) { return implies(has(at, "data"), has(at, "contentType")); }},
    {"cnt-3",
     [](const Value& at) {
       return is_ucum(at) && implies(has(at, "code"), text(at, "code") == "1");
     }},
    {"con-1", [](const Value& at) { return has(at, "summary") || has(at, "assessment"); }},
    {"con-2", [](const Value& at) { return has(at, "code") || has(at, "detail"); }},
    {"con-4",
     [](const Value& at) {
       if (!has_choice(at, "abatement") || !has(at, "clinicalStatus")) return true;
       const Value status = at["clinicalStatus"];
       return has_code(status, "resolved") || has_code(status, "remission") ||
              has_code(status, "inactive");
     }},
    {"con-5",
     [](const Value& at) {
       return !has_code(at["verificationStatus"], verification_error) || !has(at, "clinicalStatus");
     }},
    {"cpl-3", [](const Value& at) { return !has(at, "detail") || !has(at, "reference"); }},
    {"cpt-2", [](const Value& at) { return implies(has(at, "value"), has(at, "system")); }},
    {"dis-1", is_ucum},
    {"drt-1",
     [](const Value& at) {
       return implies(has(at, "code"), text(at, "system") == ucum && has(at, "value"));
     }},
    {"exp-1", [](const Value& at) { return has(at, "expression") || has(at, "reference"); }},
    {"ext-1", [](const Value& at) { return has(at, "extension") != has_choice(at, "value"); }},
    {"fhs-1", [](const Value& at) { return !has_choice(at, "age") || !has_choice(at, "born"); }},
    {"fhs-2",
     [](const Value& at) { return implies(has(at, "estimatedAge"), has_choice(at, "age")); }},
    {"gol-1",
     [](const Value& at) { return implies(has_choice(at, "detail"), has(at, "measure")); }},
    {"grp-1",
     [](const Value& at) {
       return implies(has(at, "member"), at["actual"].boolean().value_or(false));
     }},
    {"imm-1", [](const Value& at) { return has(at, "documentType") || has(at, "reference"); }},
    {"inv-1",
     [](const Value& at) { return in_order(text(at, "authoredOn"), text(at, "lastModified")); },
     "Task"},
    {"mad-1", [](const Value& at) { return has(at, "dose") || has_choice(at, "rate"); }},
    {"mdd-1",
     [](const Value& at) {
       return in_order(text(at, "whenPrepared"), text(at, "whenHandedOver"));
     }},
    {"obs-3", [](const Value& at) { return has(at, "low") || has(at, "high") || has(at, "text"); }},
    {"obs-6",
     [](const Value& at) { return !has(at, "dataAbsentReason") || !has_choice(at, "value"); }},
    {"obs-7", obs_7},
    {"org-1", [](const Value& at) { return has(at, "identifier") || has(at, "name"); }},
    {"org-2",
     [](const Value& at) {
       return !any(at, "address", [](const Value& one) { return text(one, "use") == "home"; });
     }},
    {"org-3",
     [](const Value& at) {
       return !any(at, "telecom", [](const Value& one) { return text(one, "use") == "home"; });
     }},
    {"pat-1",
     [](const Value& at) {
       return has(at, "name") || has(at, "telecom") || has(at, "address") ||
              has(at, "organization");
     }},
    {"per-1", [](const Value& at) { return in_order(text(at, "start"), text(at, "end")); }},
    {"prr-1", [](const Value& at) { return implies(has(at, "orderDetail"), has(at, "code")); }},
    {"qrs-1", [](const Value& at) { return !has(at, "item") || !has(at, "answer"); }},
    {"qty-3", [](const Value& at) { return implies(has(at, "code"), has(at, "system")); }},
    {"que-1",
     [](const Value& at) {
       const auto type = text(at, "type");
       return implies(type == "group", has(at, "item")) &&
              implies(type == "display", !has(at, "item"));
     }},
    {"que-2",
     [](const Value& at) {
       std::set<std::string_view> seen;
       return link_ids_are_unique(at, seen);
     }},
    {"que-3", [](const Value& at) { return text(at, "type") != "display" || !has(at, "code"); }},
    {"que-4",
     [](const Value& at) { return !has(at, "answerOption") || !has(at, "answerValueSet"); }},
    {"que-6",
     [](const Value& at) {
       return text(at, "type") != "display" || (!has(at, "required") && !has(at, "repeats"));
     }},
    {"que-8",
     [](const Value& at) {
       const auto type = text(at, "type");
       return (type != "group" && type != "display") || !has(at, "initial");
     }},
    {"que-9",
     [](const Value& at) { return text(at, "type") != "display" || !has(at, "readOnly"); }},
    {"que-11", [](const Value& at) { return !has(at, "answerOption") || !has(at, "initial"); }},
    {"que-12",
     [](const Value& at) {
       return implies(at["enableWhen"].size() > 2, has(at, "enableBehavior"));
     }},
    {"rat-1",
     [](const Value& at) {
       const bool top = has(at, "numerator"), bottom = has(at, "denominator");
       return top == bottom && (top || has(at, "extension"));
     }},
    {"rng-2",
     [](const Value& at) {
       const Value low = at["low"], high = at["high"];
       return !has(low, "value") || !has(high, "value") ||
              number(low, "value") <= number(high, "value");
     }},
    {"tim-1",
     [](const Value& at) { return implies(has(at, "duration"), has(at, "durationUnit")); }},
    {"tim-2", [](const Value& at) { return implies(has(at, "period"), has(at, "periodUnit")); }},
    {"tim-4", [](const Value& at) { return number(at, "duration") >= 0; }},
    {"tim-5", [](const Value& at) { return number(at, "period") >= 0; }},
    {"tim-6", [](const Value& at) { return implies(has(at, "periodMax"), has(at, "period")); }},
    {"tim-7", [](const Value& at) { return implies(has(at, "durationMax"), has(at, "duration")); }},
    {"tim-8", [](const Value& at) { return implies(has(at, "countMax"), has(at, "count")); }},
    {"tim-9", offset_has_its_event},
    {"tim-10", [](const Value& at) { return !has(at, "timeOfDay") || !has(at, "when"); }},
    {"vsd-1", [](const Value& at) { return has(at, "valueSet") || has(at, "system"); }},
    {"vsd-10", [](const Value& at) { return implies(has(at, "code"), has(at, "system")); }},
    {"vsd-2",
     [](const Value& at) {
       return implies(has(at, "concept") || has(at, "filter"), has(at, "system"));
     }},
    {"vsd-3", [](const Value& at) { return !has(at, "concept") || !has(at, "filter"); }},
};

}  // namespace

std::span<const CheckedInvariant> checked_invariants() { return all; }

}  // namespace ingest::validation
