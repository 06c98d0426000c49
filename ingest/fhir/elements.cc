#include "ingest/fhir/elements.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "events/clinical_time.h"

namespace ingest::fhir {
namespace {

// What was found, without the words of a string: they may be a patient's.
std::string found(const json::Value& value) {
  switch (value.kind()) {
    case json::Kind::null:
      return "null";
    case json::Kind::boolean:
    case json::Kind::number:
      return std::string(value.raw().substr(0, 40));
    case json::Kind::string:
      return "a string";
    case json::Kind::array:
      return "an array";
    case json::Kind::object:
      return "an object";
  }
  return {};
}

std::string shown(std::string_view text) { return fmt::format("\"{}\"", text.substr(0, 40)); }

// R4, datatypes, string: no characters below 32 but tab, carriage return and line feed.
bool is_forbidden(char c) {
  return static_cast<unsigned char>(c) < 32 && c != '\t' && c != '\r' && c != '\n';
}

std::unique_ptr<schema::WhenT> when_of(const events::ClinicalTime& time) {
  auto when = std::make_unique<schema::WhenT>();
  when->text = time.text;
  when->low = time.low.count();
  when->high = time.high.count();
  return when;
}

// parse_clinical_time's own message repeats the value; ours only adds the element.
void note_bad_time(Reading& reading, const json::Value& at, const events::Error& error) {
  reading.refuse(at, error.message);
}

}  // namespace

void Reading::refuse(const json::Value& at, std::string_view what) {
  errors.push_back(
      events::unprocessable(fmt::format("{}: {}", at.path_in(resource), what), at.path()));
}

void Reading::refuse_member(const json::Value& holder, std::string_view name,
                            std::string_view what) {
  errors.push_back(
      events::unprocessable(fmt::format("{}.{}: {}", holder.path_in(resource), name, what),
                            fmt::format("{}.{}", holder.path(), name)));
}

const ResolvedReference* Reading::resolved(const json::Value& reference) const {
  const auto at =
      std::lower_bound(references.begin(), references.end(), reference.begin(),
                       [](const auto& entry, std::uint32_t place) { return entry.first < place; });
  return at != references.end() && at->first == reference.begin() ? &at->second : nullptr;
}

json::Value Element::member(std::string_view name, Need need) const {
  const json::Value at = value_[name];
  // An extension of the primitive may say why there is no value (R4, json, primitives).
  if (!at && need == Need::required && !value_[fmt::format("_{}", name)]) {
    reading_->refuse_member(value_, name, "missing; FHIR R4 requires it, send it");
  }
  return at;
}

bool Element::is_text(const json::Value& value) const {
  if (!value.is_string()) {
    reading_->refuse(value,
                     fmt::format("{} where FHIR R4 has a string; send it in quotes", found(value)));
    return false;
  }
  if (std::any_of(value.string().begin(), value.string().end(), is_forbidden)) {
    reading_->refuse(value, "a string with control characters; send it without them");
    return false;
  }
  return true;
}

bool Element::is_object(const json::Value& value) const {
  if (value.is_object()) return true;
  reading_->refuse(value,
                   fmt::format("{} where FHIR R4 has one object; send it in {{ }}", found(value)));
  return false;
}

json::Value Element::array(std::string_view name, Need need) const {
  const json::Value at = member(name, need);
  if (!at || at.is_array()) return at;
  reading_->refuse(at, fmt::format("{} where FHIR R4 has an array; send it in [ ]", found(at)));
  return {};
}

Element Element::object(std::string_view name, Need need) const {
  const json::Value at = member(name, need);
  return {at && is_object(at) ? at : json::Value(), *reading_};
}

void Element::get(std::string_view name, std::string& to, Need need) const {
  if (const json::Value at = member(name, need); at && is_text(at)) to = at.string();
}

void Element::get(std::string_view name, std::vector<std::string>& to, Need need) const {
  const json::Value list = array(name, need);
  for (json::Value item = list.first(); item; item = item.next()) {
    // null keeps the place of a value that has only extensions
    if (item.kind() != json::Kind::null && is_text(item)) to.emplace_back(item.string());
  }
}

void Element::add(std::string_view name, std::vector<std::string>& to) const {
  if (const json::Value at = value_[name]; at && is_text(at)) to.emplace_back(at.string());
}

namespace {

void check_code(Reading& reading, const json::Value& at, std::string_view code, Codes codes) {
  if (std::find(codes.begin(), codes.end(), code) != codes.end()) return;
  reading.refuse(at, fmt::format("{} is not a code FHIR R4 has here; send one of {}", shown(code),
                                 fmt::join(codes, ", ")));
}

}  // namespace

void Element::code(std::string_view name, std::string& to, Codes codes, Need need) const {
  const json::Value at = member(name, need);
  if (!at || !is_text(at)) return;
  to = at.string();
  check_code(*reading_, at, to, codes);
}

void Element::code(std::string_view name, std::vector<std::string>& to, Codes codes) const {
  const json::Value list = array(name, Need::optional);
  for (json::Value item = list.first(); item; item = item.next()) {
    if (item.kind() == json::Kind::null || !is_text(item)) continue;
    check_code(*reading_, item, to.emplace_back(item.string()), codes);
  }
}

void Element::get(std::string_view name, flatbuffers::Optional<bool>& to) const {
  const json::Value at = value_[name];
  if (!at) return;
  if (const auto boolean = at.boolean()) {
    to = *boolean;
  } else {
    reading_->refuse(
        at, fmt::format("{} where FHIR R4 has a boolean; send true or false without quotes",
                        found(at)));
  }
}

void Element::get(std::string_view name, bool& to) const {
  flatbuffers::Optional<bool> said;
  get(name, said);
  to = said.value_or(to);
}

void Element::number(std::string_view name, std::string& to) const {
  const json::Value at = value_[name];
  if (!at) return;
  if (at.kind() == json::Kind::number) {
    to = at.raw();
  } else {
    reading_->refuse(
        at,
        fmt::format("{} where FHIR R4 has a number; send its digits without quotes", found(at)));
  }
}

void Element::get(std::string_view name, std::unique_ptr<schema::WhenT>& to, Need need) const {
  const json::Value at = member(name, need);
  if (!at || !is_text(at)) return;
  const auto time = events::parse_clinical_time(at.string());
  if (!time) return note_bad_time(*reading_, at, time.error());
  to = when_of(*time);
}

void Element::date(std::string_view name, std::unique_ptr<schema::WhenT>& to) const {
  get(name, to);
  if (to && to->text.find('T') != std::string::npos) {
    reading_->refuse(
        value_[name],
        fmt::format("{} has a time of day; write YYYY, YYYY-MM or YYYY-MM-DD", shown(to->text)));
  }
}

void Element::instant(std::string_view name, std::unique_ptr<schema::WhenT>& to, Need need) const {
  const json::Value at = member(name, need);
  if (!at || !is_text(at)) return;
  const auto time = events::parse_instant(at.string());
  if (!time) return note_bad_time(*reading_, at, time.error());
  to = when_of(*time);
}

void Element::words(std::string_view name, std::string& to) const {
  const json::Value at = value_[name];
  if (!at) return;
  if (at.is_string()) return get(name, to);
  const auto quantity = [](const schema::QuantityT& amount) {
    const std::string& unit = amount.unit.empty() ? amount.code : amount.unit;
    return amount.comparator + amount.value + (unit.empty() ? "" : " ") + unit;
  };
  const Element holder = object(name);
  if (!holder) return;
  if (at["low"] || at["high"]) {
    schema::RangeT range;
    read(holder, range);
    to = fmt::format("{} - {}", range.low ? quantity(*range.low) : "",
                     range.high ? quantity(*range.high) : "");
  } else {
    schema::QuantityT amount;
    read(holder, amount);
    to = quantity(amount);
  }
}

void Element::choice(std::string_view name, std::initializer_list<std::string_view> types,
                     Need need) const {
  std::size_t count = 0;
  for (json::Value at = value_.first(); at; at = at.next()) {
    const std::string_view member_name = at.name();
    if (member_name.size() <= name.size() || !member_name.starts_with(name)) continue;
    const std::string_view type = member_name.substr(name.size());
    if (type.front() < 'A' || type.front() > 'Z') continue;
    if (std::find(types.begin(), types.end(), type) == types.end()) {
      reading_->refuse(at, fmt::format("not an element of FHIR R4; {}[x] is one of {}{}", name,
                                       name, fmt::join(types, fmt::format(", {}", name))));
    } else if (++count > 1) {
      reading_->refuse(at, fmt::format("{}[x] is said twice; send one of them", name));
    }
  }
  if (count == 0 && need == Need::required) {
    reading_->refuse_member(value_, fmt::format("{}[x]", name),
                            "missing; FHIR R4 requires it, send it");
  }
}

void read(const Element& from, schema::CodingT& to) {
  from.get("system", to.system);
  from.get("code", to.code);
  from.get("display", to.display);
}

void read(const Element& from, schema::ConceptT& to) {
  from.get("coding", to.codings);
  from.get("text", to.text);
}

void read(const Element& from, schema::IdentifierT& to) {
  from.get("system", to.system);
  from.get("value", to.value);
}

void read(const Element& from, schema::PeriodT& to) {
  from.get("start", to.start);
  from.get("end", to.end);
}

void read(const Element& from, schema::QuantityT& to) {
  from.number("value", to.value);
  from.code("comparator", to.comparator, codes::quantity_comparator);
  from.get("unit", to.unit);
  from.get("system", to.system);
  from.get("code", to.code);
  from.get("currency", to.code);
  if (from.value()["currency"]) to.system = "urn:iso:std:iso:4217";
}

void read(const Element& from, schema::RangeT& to) {
  from.get("low", to.low);
  from.get("high", to.high);
}

void read(const Element& from, schema::ReferenceT& to) {
  from.get("display", to.display);
  from.get("identifier", to.identifier);
  std::string literal;
  from.get("reference", literal);
  const ResolvedReference* resolved = from.reading().resolved(from.value()["reference"]);
  if (resolved && !resolved->id.empty()) {
    to.type = resolved->type;
    to.id = resolved->id;
  } else {
    to.literal = std::move(literal);
  }
}

void read(const Element& from, schema::HumanNameT& to) {
  from.code("use", to.use, codes::name_use);
  from.get("family", to.family);
  from.get("given", to.given);
  from.get("text", to.text);
  from.get("prefix", to.prefix);
  from.get("suffix", to.suffix);
}

void read(const Element& from, schema::AddressT& to) {
  from.code("use", to.use, codes::address_use);
  from.get("line", to.line);
  from.get("city", to.city);
  from.get("state", to.state);
  from.get("postalCode", to.postal_code);
  from.get("country", to.country);
  from.get("text", to.text);
}

void read(const Element& from, schema::TelecomT& to) {
  from.code("system", to.system, codes::contact_point_system);
  from.get("value", to.value);
  from.code("use", to.use, codes::contact_point_use);
}

// The first dose of doseAndRate; further ones are in the document.
void read(const Element& from, schema::DosageT& to) {
  from.get("text", to.text);
  from.choice("asNeeded", {"Boolean", "CodeableConcept"});
  from.get("asNeededBoolean", to.as_needed);
  if (from.value()["asNeededCodeableConcept"]) to.as_needed = true;
  from.get("route", to.route);
  if (const Element timing = from.object("timing")) {
    timing.get("code", to.timing_code);
    if (to.timing_code) to.timing_text = to.timing_code->text;
    if (const Element repeat = timing.object("repeat")) {
      repeat.number("frequency", to.frequency);
      repeat.number("period", to.period);
      repeat.code("periodUnit", to.period_unit, codes::units_of_time);
    }
  }
  from.each("doseAndRate", [&](const Element& dose) {
    if (to.dose || to.dose_high) return;
    dose.choice("dose", {"Quantity", "Range"});
    dose.get("doseQuantity", to.dose);
    if (const Element range = dose.object("doseRange")) {
      range.get("low", to.dose);
      range.get("high", to.dose_high);
    }
  });
}

void read(const Element& from, schema::ReferenceRangeT& to) {
  from.get("low", to.low);
  from.get("high", to.high);
  from.get("text", to.text);
  from.get("type", to.type);
}

}  // namespace ingest::fhir
