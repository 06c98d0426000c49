// From the elements of a FHIR resource (R4, datatypes) to the structs of the record. The
// kind of target says what FHIR has there: a unique_ptr one object, a vector an array. What
// does not fit is noted in the Reading, with its element, what was found and the remedy,
// and reading goes on, so that a sender sees every error at once.
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/fhir/codes_generated.h"
#include "events/schema/clinical_generated.h"
#include "ingest/fhir/mapping.h"
#include "ingest/json.h"

namespace ingest::fhir {

namespace schema = events::schema;
namespace codes = events::fhir::codes;  // of required bindings, named as their value sets

// One resource while it is mapped.
struct Reading {
  json::Value resource;
  const MappingContext& context;
  std::vector<events::Error> errors;
  // What each `reference` of the resource became, by the place of its string, ascending.
  std::vector<std::pair<std::uint32_t, ResolvedReference>> references;

  // "Patient.birthDate: <what>"
  void refuse(const json::Value& at, std::string_view what);
  // "Patient.name[0].family: <what>" for a member that is not there
  void refuse_member(const json::Value& holder, std::string_view name, std::string_view what);
  const ResolvedReference* resolved(const json::Value& reference) const;
};

enum class Need { optional, required };
using Codes = std::span<const std::string_view>;

// An object of a resource; a cheap copy, valid while document and Reading live. Falsy if it
// is not there; then nothing is read from it.
class Element {
 public:
  Element(const json::Value& value, Reading& reading) : value_(value), reading_(&reading) {}
  explicit operator bool() const { return static_cast<bool>(value_); }
  const json::Value& value() const { return value_; }
  Reading& reading() const { return *reading_; }

  // string, uri, code, markdown … An empty `to` is left where the member is not there.
  void get(std::string_view name, std::string& to, Need need = Need::optional) const;
  void get(std::string_view name, std::vector<std::string>& to, Need need = Need::optional) const;
  // A code of a value set whose binding R4 calls required.
  void code(std::string_view name, std::string& to, Codes codes, Need need = Need::optional) const;
  void code(std::string_view name, std::vector<std::string>& to, Codes codes) const;
  void get(std::string_view name, bool& to) const;
  void get(std::string_view name, flatbuffers::Optional<bool>& to) const;
  // decimal, integer: the digits as sent.
  void number(std::string_view name, std::string& to) const;
  // dateTime; `date` has no time of day; `instant` has all of it.
  void get(std::string_view name, std::unique_ptr<schema::WhenT>& to,
           Need need = Need::optional) const;
  void date(std::string_view name, std::unique_ptr<schema::WhenT>& to) const;
  void instant(std::string_view name, std::unique_ptr<schema::WhenT>& to,
               Need need = Need::optional) const;
  // An Age, Range, string … in words: "52 a", "3 - 5 d".
  void words(std::string_view name, std::string& to) const;

  // One object, or an array of objects, each by the read() of its type below.
  template <class T>
  void get(std::string_view name, std::unique_ptr<T>& to, Need need = Need::optional) const {
    if (const Element at = object(name, need)) read(at, *(to = std::make_unique<T>()));
  }
  template <class T>
  void get(std::string_view name, std::vector<std::unique_ptr<T>>& to,
           Need need = Need::optional) const {
    each(
        name, [&](const Element& at) { read(at, *to.emplace_back(std::make_unique<T>())); }, need);
  }
  // One object, added to a list.
  template <class T>
  void add(std::string_view name, std::vector<std::unique_ptr<T>>& to) const {
    if (const Element at = object(name)) read(at, *to.emplace_back(std::make_unique<T>()));
  }
  void add(std::string_view name, std::vector<std::string>& to) const;

  Element object(std::string_view name, Need need = Need::optional) const;
  // visit(Element) for each object of an array.
  template <class Visit>
  void each(std::string_view name, Visit visit, Need need = Need::optional) const {
    const json::Value list = array(name, need);
    for (json::Value item = list.first(); item; item = item.next()) {
      if (is_object(item)) visit(Element(item, *reading_));
    }
  }
  // value[x]: at most one of the members, none but valueQuantity, valueString …
  void choice(std::string_view name, std::initializer_list<std::string_view> types,
              Need need = Need::optional) const;

 private:
  json::Value member(std::string_view name, Need need) const;
  json::Value array(std::string_view name, Need need) const;
  bool is_object(const json::Value& value) const;
  bool is_text(const json::Value& value) const;

  json::Value value_;
  Reading* reading_;
};

void read(const Element& from, schema::CodingT& to);
void read(const Element& from, schema::ConceptT& to);
void read(const Element& from, schema::IdentifierT& to);
void read(const Element& from, schema::PeriodT& to);
void read(const Element& from, schema::QuantityT& to);  // Quantity and its kinds, and Money
void read(const Element& from, schema::RangeT& to);
void read(const Element& from, schema::ReferenceT& to);
void read(const Element& from, schema::HumanNameT& to);
void read(const Element& from, schema::AddressT& to);
void read(const Element& from, schema::TelecomT& to);
void read(const Element& from, schema::DosageT& to);
void read(const Element& from, schema::ReferenceRangeT& to);

}  // namespace ingest::fhir
