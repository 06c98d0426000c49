#include "projections/search/values.h"

namespace projections::search {
namespace {

std::string_view view(const flatbuffers::String* text) {
  return text == nullptr ? std::string_view{} : std::string_view(text->data(), text->size());
}

}  // namespace

void Values::clear() {
  tokens.clear();
  texts.clear();
  dates.clear();
  references.clear();
  strings.clear();
  quantities.clear();
}

bool Values::empty() const {
  return tokens.empty() && texts.empty() && dates.empty() && references.empty() &&
         strings.empty() && quantities.empty();
}

void Values::add(const schema::Coding* coding) {
  if (coding == nullptr) return;
  tokens.push_back({TokenValue::Of::coding, view(coding->system()), view(coding->code())});
  if (coding->display() != nullptr) texts.push_back(view(coding->display()));
}

void Values::add(const schema::Concept* concept_) {
  if (concept_ == nullptr) return;
  add(concept_->codings());
  if (concept_->text() != nullptr) texts.push_back(view(concept_->text()));
}

void Values::add(const schema::Identifier* identifier) {
  if (identifier == nullptr) return;
  tokens.push_back(
      {TokenValue::Of::identifier, view(identifier->system()), view(identifier->value())});
}

void Values::add(const schema::When* when) {
  if (when == nullptr) return;
  dates.push_back({events::Micros(when->low()), events::Micros(when->high())});
}

void Values::add(const schema::Period* period) {
  if (period == nullptr) return;
  DateValue span;
  if (period->start() != nullptr) span.low = events::Micros(period->start()->low());
  if (period->end() != nullptr) span.high = events::Micros(period->end()->high());
  dates.push_back(span);
}

void Values::add(const schema::Reference* reference) {
  if (reference != nullptr) references.push_back(reference);
}

void Values::add(const schema::Quantity* quantity) {
  if (quantity != nullptr) quantities.push_back(quantity);
}

// R4, search, string: a name is found by any of its parts.
void Values::add(const schema::HumanName* name) {
  if (name == nullptr) return;
  add(name->family());
  add(name->given());
  add(name->prefix());
  add(name->suffix());
  add(name->text());
}

void Values::add(const schema::Address* address) {
  if (address == nullptr) return;
  add(address->line());
  add(address->city());
  add(address->state());
  add(address->postal_code());
  add(address->country());
  add(address->text());
}

// R4, search, token: of a ContactPoint the value is compared; its system is no namespace.
void Values::add(const schema::Telecom* telecom) {
  if (telecom == nullptr || telecom->value() == nullptr) return;
  tokens.push_back({TokenValue::Of::code, {}, view(telecom->value())});
}

void Values::add(const flatbuffers::String* text) {
  if (text != nullptr) strings.push_back(view(text));
}

void Values::add(const flatbuffers::Optional<bool>& flag) {
  if (flag.has_value()) strings.push_back(*flag ? "true" : "false");
}

void take_more(std::string_view parameter, const schema::Facts& facts, Values& values) {
  if (facts.more() == nullptr) return;
  for (const schema::More* one : *facts.more()) {
    if (view(one->parameter()) != parameter) continue;
    values.add(one->codings());
    values.add(one->concepts());
    values.add(one->identifiers());
    values.add(one->references());
    values.add(one->dates());
    values.add(one->periods());
    values.add(one->quantities());
    values.add(one->texts());
  }
}

}  // namespace projections::search
