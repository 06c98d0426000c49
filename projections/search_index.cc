#include "projections/search_index.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "events/schema/clinical_generated.h"
#include "projections/key_codec.h"
#include "projections/main_time.h"
#include "projections/search/reference_targets.h"
#include "projections/search/values.h"

namespace projections {
namespace {

namespace schema = events::schema;
using events::Micros;
using events::ResourceType;
using events::StreamKey;

constexpr Micros undated = Micros::min();  // as in the chart: sorts last
constexpr Micros a_day = std::chrono::hours(24);
constexpr std::string_view shared_stream = "directory";
constexpr std::string_view component_code = "component-code";
constexpr std::string_view combined_code = "combo-code";

// Which parameters' codes have rows, and which date is the main one (main_time.cc).
struct Indexed {
  ResourceType type;
  std::array<std::string_view, 2> codes;
  std::string_view main_date;
};
constexpr Indexed indexed[] = {
    {ResourceType::AllergyIntolerance, {"code"}, {}},
    {ResourceType::CarePlan, {"category"}, "date"},
    {ResourceType::CareTeam, {"category"}, "date"},
    {ResourceType::Claim, {}, "created"},
    {ResourceType::Condition, {"code"}, "onset-date"},
    {ResourceType::Coverage, {"type"}, {}},
    {ResourceType::DetectedIssue, {"code"}, "identified"},
    {ResourceType::Device, {"type"}, {}},
    {ResourceType::DeviceRequest, {"code"}, {}},
    {ResourceType::DiagnosticReport, {"code"}, "date"},
    {ResourceType::DocumentReference, {"type"}, "date"},
    {ResourceType::Encounter, {"type"}, "date"},
    {ResourceType::ExplanationOfBenefit, {}, "created"},
    {ResourceType::Goal, {"description"}, "start-date"},
    {ResourceType::ImagingStudy, {}, "started"},
    {ResourceType::Immunization, {"vaccine-code"}, "date"},
    {ResourceType::Medication, {"code"}, {}},
    {ResourceType::MedicationAdministration, {"code", "medication.code"}, "effective-time"},
    {ResourceType::MedicationDispense, {"code", "medication.code"}, "whenhandedover"},
    {ResourceType::MedicationRequest, {"code", "medication.code"}, "authoredon"},
    {ResourceType::MedicationStatement, {"code", "medication.code"}, "effective"},
    {ResourceType::Observation, {"code"}, "date"},
    {ResourceType::Procedure, {"code"}, "date"},
    {ResourceType::Provenance, {}, "recorded"},
    {ResourceType::QuestionnaireResponse, {}, "authored"},
    {ResourceType::ServiceRequest, {"code"}, "authored"},
    {ResourceType::Specimen, {"type"}, "collected"},
    {ResourceType::Task, {"code"}, {}},
};

const Indexed* indexed_as(ResourceType type) {
  const auto* found = std::find_if(std::begin(indexed), std::end(indexed),
                                   [&](const Indexed& one) { return one.type == type; });
  return found == std::end(indexed) ? nullptr : found;
}

// FNV-1a: a clash costs a look at a resource that is not meant, no more.
constexpr std::uint64_t fnv_start = 14695981039346656037u;
std::uint64_t hashed(std::uint64_t hash, char byte) {
  return (hash ^ static_cast<std::uint8_t>(byte)) * 1099511628211u;
}
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

struct Terms {
  std::vector<IndexTerm> all;
  search::Values values;  // room to work in
};

void add_components(const schema::Facts& facts, const search::TypeParameters& table, Terms& terms) {
  terms.values.clear();
  if (const auto* parameter = search::find_parameter(table, component_code))
    parameter->take(facts, terms.values);
  for (const auto& token : terms.values.tokens) {
    if (!token.code.empty()) terms.all.push_back(code_term(token.code, IndexTerm::By::component));
  }
}

void add_codes(const schema::Facts& facts, ResourceType type, Terms& terms) {
  const Indexed* as = indexed_as(type);
  const search::TypeParameters* table = search::search_table(type);
  if (as == nullptr || table == nullptr) return;
  terms.values.clear();
  for (const std::string_view name : as->codes) {
    if (name.empty()) continue;
    if (const auto* parameter = search::find_parameter(*table, name))
      parameter->take(facts, terms.values);
  }
  for (const auto& token : terms.values.tokens) {
    if (!token.code.empty()) terms.all.push_back(code_term(token.code));
  }
  if (type == ResourceType::Observation) add_components(facts, *table, terms);
}

void add_references(const schema::Facts& facts, ResourceType type, Terms& terms) {
  if (!has_reference_rows(type)) return;
  terms.values.clear();
  search::take_references(facts, terms.values);
  for (const schema::Reference* reference : terms.values.references) {
    if (reference->id() != nullptr && events::is_directory_type(reference->type()))
      terms.all.push_back(reference_term(reference->id()->string_view()));
  }
}

KeyWriter prefix_of(ResourceType type, const IndexTerm& term, bool within_a_day) {
  KeyWriter key;
  key.u16(static_cast<std::uint16_t>(type))
      .u8(static_cast<std::uint8_t>(term.by))
      .u64(term.hash)
      .u8(within_a_day ? 0 : 1);
  return key;
}

// Keys of one version of a resource, sorted, each once.
std::vector<std::string> keys_of(const AcceptedEvent& event, const schema::Facts& facts,
                                 Terms& terms) {
  terms.all.clear();
  // Patients are found by their own directory; only whom they refer to is asked here.
  if (event.type != ResourceType::Patient) terms.all.push_back(type_term());
  add_codes(facts, event.type, terms);
  add_references(facts, event.type, terms);
  std::sort(terms.all.begin(), terms.all.end());
  terms.all.erase(std::unique(terms.all.begin(), terms.all.end()), terms.all.end());
  const auto time = main_time(facts);
  const Micros low = time ? time->low : undated;
  const bool within_a_day =
      time && low != undated && time->high != Micros::max() && time->high - low <= a_day;
  const std::string end =
      KeyWriter().descending(low.count()).text(event.id).raw(event.stream.bytes()).key();
  std::vector<std::string> keys;
  keys.reserve(terms.all.size());
  for (const IndexTerm& term : terms.all)
    keys.push_back(prefix_of(event.type, term, within_a_day).key() + end);
  return keys;
}

bool is_indexed(const AcceptedEvent& event) {
  return event.stream_name != shared_stream &&
         (event.type == ResourceType::Patient || search::search_table(event.type) != nullptr);
}

}  // namespace

IndexTerm type_term() { return {}; }

IndexTerm code_term(std::string_view code, IndexTerm::By by) {
  std::uint64_t hash = fnv_start;
  for (const char byte : code) hash = hashed(hash, lower(byte));
  return {by, hash};
}

IndexTerm reference_term(std::string_view id) {
  std::uint64_t hash = fnv_start;
  for (const char byte : id) hash = hashed(hash, byte);
  return {IndexTerm::By::reference, hash};
}

std::vector<IndexTerm::By> code_rows(ResourceType type, std::string_view parameter) {
  using By = IndexTerm::By;
  const Indexed* as = indexed_as(type);
  if (as == nullptr || parameter.empty()) return {};
  if (type == ResourceType::Observation && parameter == component_code) return {By::component};
  if (type == ResourceType::Observation && parameter == combined_code)
    return {By::code, By::component};
  const bool has = std::find(as->codes.begin(), as->codes.end(), parameter) != as->codes.end();
  return has ? std::vector{By::code} : std::vector<By>();
}

bool has_reference_rows(ResourceType type) {
  return type != ResourceType::Claim && type != ResourceType::ExplanationOfBenefit;
}

std::string_view main_date_parameter(ResourceType type) {
  const Indexed* as = indexed_as(type);
  return as == nullptr ? std::string_view() : as->main_date;
}

Status SearchIndex::apply(const AcceptedEvent& event, Family family, RowBatch& batch) const {
  if (event.effect == events::EventEffect::confirmed || !is_indexed(event)) return {};
  Terms terms;
  std::vector<std::string> now, before;
  if (event.facts != nullptr) now = keys_of(event, *event.facts, terms);
  if (event.previous != nullptr) before = keys_of(event, *event.previous, terms);
  for (const auto& key : before) {
    if (!std::binary_search(now.begin(), now.end(), key)) batch.erase(family, key);
  }
  for (const auto& key : now) {
    if (!std::binary_search(before.begin(), before.end(), key)) batch.put_unseen(family, key, {});
  }
  return {};
}

Status SearchIndex::forget(const StreamKey& stream, Family family, RowBatch& batch) const {
  std::vector<std::string> keys;
  const auto rows = batch.scan(family, {});
  for (; rows->valid(); rows->next()) {
    if (rows->key().ends_with(stream.bytes())) keys.emplace_back(rows->key());
  }
  if (auto read = rows->status(); !read) return read;
  for (const auto& key : keys) batch.erase(family, key);
  return {};
}

std::string index_order(std::optional<Micros> time, std::string_view id) {
  return KeyWriter().descending(time.value_or(undated).count()).text(id).key();
}

std::string_view resource_in_index_key(std::string_view key) {
  constexpr std::size_t before = 2 + 1 + 8 + 1 + 8;  // type, by, hash, span, main date
  return key.substr(std::min(before, key.size()));
}

IndexCursor::IndexCursor(const ShardView& view, ResourceType type, const IndexTerm& term,
                         const IndexSpan& span, const std::optional<std::string>& after)
    : low_(span.low) {
  const std::string prefix = prefix_of(type, term, span.within_a_day).key();
  prefix_bytes_ = prefix.size();
  std::string from = prefix;
  if (span.high) from = KeyWriter().raw(prefix).descending(span.high->count() - 1).key();
  // Past every stream that could have the same id.
  if (after) from = std::max(from, prefix + *after + std::string(StreamKey::size + 1, '\xff'));
  rows_ = view.rows().scan(view.family("search_index"), prefix, from);
  read();
}

void IndexCursor::next() {
  rows_->next();
  read();
}

void IndexCursor::read() {
  valid_ = false;
  if (!rows_->valid()) {
    status_ = rows_->status();
    return;
  }
  const std::string_view after_prefix = rows_->key().substr(prefix_bytes_);
  KeyReader key(after_prefix);
  const auto time = key.descending();
  auto id = key.text();
  const auto stream = key.raw(StreamKey::size);
  if (!time || !id || !stream || !key.done()) {
    status_ = events::corrupt("a row of family search_index cannot be read; rebuild the shard");
    return;
  }
  if (low_ && Micros(*time) < *low_) return;
  time_ = Micros(*time);
  id_ = std::move(*id);
  stream_ = *StreamKey::from_bytes(*stream);
  order_ = after_prefix.substr(0, after_prefix.size() - StreamKey::size);
  valid_ = true;
}

std::optional<Micros> IndexCursor::time() const {
  return time_ == undated ? std::nullopt : std::optional(time_);
}

}  // namespace projections
