#include "ingest/validation/structure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "events/fhir/definitions.h"
#include "ingest/validation/invariants.h"
#include "ingest/validation/primitives.h"

namespace ingest::validation {
namespace {

using events::fhir::Element;
using events::fhir::Form;
using events::fhir::Invariant;
using events::fhir::Type;
using json::Kind;
using json::Value;

// What the walk needs of a type beside its definition, by the type's place in the table.
struct Rules {
  Primitive primitive = Primitive::none;
  struct Rule {
    const Invariant* invariant;
    bool (*holds)(const Value&);
  };
  std::vector<Rule> invariants;
};

std::vector<Rules> make_rules() {
  std::vector<Rules> all;
  for (const Type& type : events::fhir::all_definitions()) {
    Rules& rules = all.emplace_back();
    if (type.form == Form::primitive) rules.primitive = primitive_of(type.name);
    for (const Invariant* invariant : type.invariants) {
      for (const CheckedInvariant& checked : checked_invariants()) {
        const bool here = checked.type.empty() || checked.type == type.name;
        if (here && checked.key == invariant->key)
          rules.invariants.push_back({invariant, checked.holds});
      }
    }
  }
  return all;
}

const Rules& rules_of(const Type& type) {
  static const std::vector<Rules> all = make_rules();
  return all[static_cast<std::size_t>(&type - events::fhir::all_definitions().data())];
}

std::string_view named(Kind kind) {
  constexpr std::string_view names[] = {"null",     "a boolean", "a number",
                                        "a string", "an array",  "an object"};
  return names[static_cast<std::size_t>(kind)];
}

std::string shown(const Value& value, bool may_show) {
  constexpr std::size_t shown_max = 80;
  if (value.is_string() && !may_show) return value.string().empty() ? "\"\"" : "the text";
  if (value.is_object() || value.is_array()) return std::string(named(value.kind()));
  return std::string(value.raw().substr(0, shown_max));
}

// One resource and what it contains.
class Walk {
 public:
  Walk(const Value& root, Issues& issues) : root_(root), container_(root), issues_(issues) {}

  void resource(const Value& at, bool contained);

 private:
  // Which required elements and choices of one object were met.
  struct Met {
    std::uint64_t required = 0;
    std::array<const Element*, 8> choices{};  // form met, by Element::choice
  };

  void object(const Value& at, const Type& type);
  void member(const Value& holder, const Value& member, const Type& type, Met& met);
  void met(const Value& member, const Element& element, Met& met);
  void list(const Value& holder, const Value& items, const Element& element);
  void item(const Value& at, const Element& element);
  void primitive(const Value& at, const Element& element, Primitive type);
  void extensions(const Value& holder, const Value& member, const Element& element);
  void extension_object(const Value& at);
  void missing(const Value& at, const Type& type, const Met& met);
  void invariants(const Value& at, const Type& type);
  void codes(const Value& at, const Element& element);
  void reference(const Value& at, const Element& element);
  void contained(const Value& list);
  bool is_referred_to(const Value& within, std::string_view id) const;

  void error(std::string_view kind, const Value& at, std::string_view what) {
    if (issues_.full()) return issues_.add(Severity::error, kind, {}, {});
    issues_.add(Severity::error, kind, at.path_in(root_), what);
  }
  void error(std::string_view kind, const Value& holder, std::string_view member,
             std::string_view what) {
    if (issues_.full()) return issues_.add(Severity::error, kind, {}, {});
    issues_.add(Severity::error, kind, fmt::format("{}.{}", holder.path_in(root_), member), what);
  }

  const Value root_;  // where paths begin
  Value container_;   // whose `contained` a reference #x looks into
  Issues& issues_;
};

void Walk::resource(const Value& at, bool is_contained) {
  if (!at.is_object())
    return error("structure", at,
                 fmt::format("{} where a resource is; send it in {{ }}", named(at.kind())));
  const Value name = at["resourceType"];
  const Type* type = name.is_string() ? events::fhir::definition(name.string()) : nullptr;
  if (type == nullptr || type->form != Form::resource || type->abstract) {
    return error("structure", at, "resourceType",
                 name ? fmt::format("{} is not a resource type of FHIR R4", shown(name, true))
                      : "missing; every resource says its type");
  }
  const Value outer = container_;
  if (!is_contained) container_ = at;
  object(at, *type);
  if (const Value held = at["contained"]; held.is_array() && !is_contained) contained(held);
  container_ = outer;
}

void Walk::object(const Value& at, const Type& type) {
  if (at.size() == 0 || (at.size() == 1 && at.first().name() == "id")) {
    return error(
        "invariant", at,
        "has no content (ele-1: all FHIR elements must have a value or children); leave it out");
  }
  Met met;
  for (Value child = at.first(); child; child = child.next()) member(at, child, type, met);
  missing(at, type, met);
  invariants(at, type);
}

void Walk::member(const Value& holder, const Value& member, const Type& type, Met& met) {
  const std::string_view name = member.name();
  const Element* element = type.find(name);
  if (element != nullptr && element->max != 0) {
    this->met(member, *element, met);
    if (element->list) return list(holder, member, *element);
    if (member.is_array()) {
      return error("structure", member,
                   "an array where FHIR R4 has one value; send it without [ ]");
    }
    return item(member, *element);
  }
  if (name == "resourceType" && type.form == Form::resource) return;
  if (name.starts_with('_')) {
    const Element* extended = type.find(name.substr(1));
    if (extended != nullptr && extended->type->form == Form::primitive) {
      this->met(member, *extended, met);
      return extensions(holder, member, *extended);
    }
  }
  error("structure", member,
        element ? fmt::format("not allowed in a {}; leave it out", type.name)
                : fmt::format("{} of FHIR R4 has no element of this name; leave it out or send it "
                              "as an extension",
                              type.name));
}

void Walk::met(const Value& member, const Element& element, Met& met) {
  if (element.required != 0) met.required |= std::uint64_t{1} << (element.required - 1);
  if (element.choice == 0 || element.choice > met.choices.size()) return;
  const Element*& form = met.choices[element.choice - 1u];
  if (form != nullptr && form != &element) {
    error("structure", member,
          fmt::format("{} is there too, and {} may be said in one form only; leave one of both out",
                      form->name, element.definition));
  }
  form = &element;
}

void Walk::list(const Value& holder, const Value& items, const Element& element) {
  if (!items.is_array()) {
    return error("structure", items,
                 fmt::format("{} where FHIR R4 has an array; send it in [ ]", named(items.kind())));
  }
  if (items.size() == 0) return error("structure", items, "an empty array; leave it out");
  if (items.size() > element.max && element.max != events::fhir::unlimited) {
    error("structure", items,
          fmt::format("{} values where at most {} may be", items.size(), element.max));
  }
  std::size_t index = 0;
  for (Value at = items.first(); at; at = at.next(), ++index) {
    if (at.kind() == Kind::null && element.type->form == Form::primitive) {
      const std::string beside = "_" + std::string(element.name);
      if (holder[beside].at(index).is_object()) continue;
      error("structure", at,
            fmt::format("null without extensions at the same place of {}; leave it out", beside));
    } else {
      item(at, element);
    }
  }
}

void Walk::item(const Value& at, const Element& element) {
  const Type& type = *element.type;
  if (type.form == Form::primitive) return primitive(at, element, rules_of(type).primitive);
  if (type.abstract && type.form == Form::resource)
    return resource(at, element.name == "contained");
  if (!at.is_object()) {
    return error("structure", at,
                 fmt::format("{} where FHIR R4 has one object ({}); send it in {{ }}",
                             named(at.kind()), type.name));
  }
  object(at, type);
  if (element.codes != nullptr) codes(at, element);
  if (type.name == "Reference") reference(at, element);
}

void Walk::primitive(const Value& at, const Element& element, Primitive type) {
  if (!fits(type, at)) {
    return error("value", at,
                 fmt::format("{} is not {}", shown(at, may_be_shown(type)), remedy(type)));
  }
  if (element.codes != nullptr && element.codes->whole && !element.codes->has(at.string())) {
    std::string some;
    for (const auto& one :
         element.codes->codes.first(std::min<std::size_t>(12, element.codes->codes.size())))
      some += (some.empty() ? "" : ", ") + std::string(one.code);
    error("code-invalid", at,
          fmt::format("{} is not a code of {}; send one of {}{}", shown(at, true),
                      element.codes->url, some, element.codes->codes.size() > 12 ? " …" : ""));
  }
}

// `_birthDate`: id and extensions of a primitive; of a list, one for each value, or null.
void Walk::extensions(const Value& holder, const Value& member, const Element& element) {
  if (!element.list) {
    if (member.is_object()) return extension_object(member);
    return error(
        "structure", member,
        fmt::format("{} where FHIR R4 has one object; send it in {{ }}", named(member.kind())));
  }
  if (!member.is_array() || member.size() == 0)
    return error("structure", member,
                 "not an array with content, as its values are; send it in [ ]");
  const Value values = holder[element.name];
  std::size_t index = 0;
  for (Value at = member.first(); at; at = at.next(), ++index) {
    if (at.is_object()) {
      extension_object(at);
    } else if (at.kind() != Kind::null) {
      error("structure", at, fmt::format("{} where an object or null is", named(at.kind())));
    } else if (!values.is_array() || values.at(index).kind() == Kind::null) {
      error("structure", at, "null where the value is missing, too; leave both out");
    }
  }
}

void Walk::extension_object(const Value& at) {
  static const Type& element = *events::fhir::definition("Element");
  object(at, element);
}

void Walk::missing(const Value& at, const Type& type, const Met& met) {
  for (std::size_t i = 0; i < type.required.size(); ++i) {
    if ((met.required >> i & 1u) == 0) {
      error("required", at, type.required[i],
            fmt::format("missing; FHIR R4 requires it in {}", type.name));
    }
  }
}

void Walk::invariants(const Value& at, const Type& type) {
  for (const auto& rule : rules_of(type).invariants) {
    if (rule.holds(at)) continue;
    const auto what = fmt::format("breaks {}: {}", rule.invariant->key, rule.invariant->human);
    error("invariant", at, what);
  }
}

bool in_value_set(const Value& coding, const events::fhir::ValueSet& set) {
  return set.has(coding["code"].string(), coding["system"].string());
}

// A required binding of a Coding or CodeableConcept: one coding is of the value set.
void Walk::codes(const Value& at, const Element& element) {
  if (!element.codes->whole) return;
  const bool concept_ = element.type->name == "CodeableConcept";
  if (!concept_ && element.type->name != "Coding") return;
  bool found = !concept_ && in_value_set(at, *element.codes);
  for (Value coding = at["coding"].first(); concept_ && coding && !found; coding = coding.next())
    found = in_value_set(coding, *element.codes);
  // Extensions alone (data-absent-reason) are R4's way to say that there is no code.
  if (found || (at.size() == 1 && at["extension"])) return;
  error("code-invalid", at,
        fmt::format("has no code of {}; send one of it, with its system", element.codes->url));
}

void Walk::reference(const Value& at, const Element& element) {
  const std::string_view text = at["reference"].string();
  if (text.empty()) return;
  if (text.front() == '#') {
    if (text.size() == 1) return;
    const Value held = container_["contained"];
    for (Value one = held.first(); one; one = one.next()) {
      if (one["id"].string() == text.substr(1)) return;
    }
    return error("invariant", at,
                 "breaks ref-1: a resource with this id is not contained; send it in `contained`");
  }
  const auto type = referenced_type(text);
  if (type.empty() || element.targets.empty()) return;
  for (const auto target : element.targets) {
    if (target == type || target == "Resource") return;
  }
  error("structure", at,
        fmt::format("refers to a {}; it may refer to {}", type, fmt::join(element.targets, ", ")));
}

// dom-2 to dom-5.
void Walk::contained(const Value& held) {
  for (Value one = held.first(); one; one = one.next()) {
    if (!one.is_object()) continue;
    if (const Value nested = one["contained"])
      error("invariant", nested,
            "breaks dom-2: a contained resource contains others; move them out");
    const Value meta = one["meta"];
    for (const std::string_view name : {"versionId", "lastUpdated", "security"}) {
      if (const Value member = meta[name]) {
        error("invariant", member,
              name == "security" ? "breaks dom-5: a contained resource has no security label"
                                 : "breaks dom-4: a contained resource has no version");
      }
    }
    const std::string_view id = one["id"].string();
    const bool refers_out = is_referred_to(one, "");
    if (!id.empty() && !refers_out && !is_referred_to(container_, id)) {
      error("invariant", one,
            "breaks dom-3: nothing refers to this contained resource; refer to it or leave it out");
    }
  }
}

// Whether a reference, uri or canonical within it is `#id`.
bool Walk::is_referred_to(const Value& within, std::string_view id) const {
  for (Value at = within.first(); at; at = at.next()) {
    if (at.is_object() || at.is_array()) {
      if (is_referred_to(at, id)) return true;
    } else if (at.is_string()) {
      const auto text = at.string();
      if (text.starts_with('#') && text.substr(1) == id) return true;
    }
  }
  return false;
}

}  // namespace

std::string_view referenced_type(std::string_view reference) {
  const auto query = reference.find('?');
  if (query != std::string_view::npos) {  // Practitioner?identifier=urn:x|1
    reference = reference.substr(0, query);
    reference.remove_prefix(reference.rfind('/') + 1);  // npos + 1 is 0
  } else {
    reference = reference.substr(0, reference.find("/_history/"));
    const auto slash = reference.rfind('/');
    if (slash == std::string_view::npos || slash == 0) return {};
    reference = reference.substr(0, slash);
    reference.remove_prefix(reference.rfind('/') + 1);
  }
  const auto* definition = events::fhir::definition(reference);
  const bool is_resource = definition != nullptr && definition->form == Form::resource;
  return is_resource ? reference : std::string_view();
}

void check_structure(const Value& resource, Issues& issues) {
  Walk(resource, issues).resource(resource, false);
}

}  // namespace ingest::validation
