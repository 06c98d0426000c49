#include "ingest/fhir/references.h"

#include <fmt/format.h>

#include <set>

#include "events/schema/clinical_generated.h"

namespace ingest::fhir {
namespace {

using events::Error;
using events::ErrorCode;
using events::ResourceType;
using events::unprocessable;

struct Literal {
  ResourceType type{};
  std::string id;
};

// `Type/id`, `Type/id/_history/v`.
std::optional<Literal> parse_literal(std::string_view reference) {
  const auto slash = reference.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto type = events::type_of_name(reference.substr(0, slash));
  std::string_view id = reference.substr(slash + 1);
  if (const auto history = id.find("/_history/"); history != std::string_view::npos)
    id = id.substr(0, history);
  if (!type || !events::is_fhir_id(id)) return std::nullopt;
  return Literal{*type, std::string(id)};
}

// The `Type/id` that an absolute fullUrl of a server ends with.
std::optional<std::string> local_part(std::string_view full_url) {
  if (full_url.starts_with("urn:")) return std::nullopt;
  const auto last = full_url.rfind('/');
  if (last == std::string_view::npos || last == 0) return std::nullopt;
  const auto before = full_url.rfind('/', last - 1);
  const std::string_view local =
      before == std::string_view::npos ? full_url : full_url.substr(before + 1);
  return parse_literal(local) ? std::optional(std::string(local)) : std::nullopt;
}

bool fits(const IdentifierCriterion& criterion, const json::Value& identifier) {
  return identifier["value"].string() == criterion.value &&
         (!criterion.system || identifier["system"].string() == *criterion.system);
}

bool has_identifier(const json::Value& resource, const IdentifierCriterion& criterion) {
  const json::Value identifiers = resource["identifier"];
  if (identifiers.is_object()) return fits(criterion, identifiers);
  for (auto one = identifiers.first(); one; one = one.next()) {
    if (fits(criterion, one)) return true;
  }
  return false;
}

}  // namespace

References::References(const events::Lookup& lookup, std::string_view base_url, Search search)
    : lookup_(lookup), search_(std::move(search)), fhir_base_(std::string(base_url) + "/fhir/") {}

events::Status References::add(std::size_t index, const Write& write) {
  if (entries_.size() <= index) entries_.resize(index + 1);
  entries_[index] = {write.type, write.id,
                     write.verb == Verb::remove ? json::Value{} : write.resource};
  if (!write.id.text().empty()) settle(index, write.id);
  if (write.full_url.empty()) return {};
  if (!by_url_.emplace(write.full_url, index).second) {
    return unprocessable(
        fmt::format("{}.fullUrl: another entry has the same; give each its own", write.path),
        write.path + ".fullUrl");
  }
  // A reference relative to the other server's base means the entry, not a resource of ours.
  if (auto local = local_part(write.full_url); local && write.verb == Verb::create)
    by_url_.emplace(*local, index);
  return {};
}

void References::settle(std::size_t index, const events::ResourceId& id) {
  entries_[index].id = id;
  by_id_.emplace(std::pair(entries_[index].type, id.text()), index);
}

void References::set_stream(const events::StreamKey& stream) {
  if (stream_ && *stream_ != stream) conditionals_.clear();  // they may lead elsewhere there
  stream_ = stream;
}

std::optional<std::size_t> References::entry_of(ResourceType type, const std::string& id) const {
  auto found = by_id_.find({type, id});
  if (found == by_id_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::size_t> References::entry_of_url(std::string_view url) const {
  if (by_url_.empty()) return std::nullopt;
  auto found = by_url_.find(std::string(url));
  if (found == by_url_.end()) return std::nullopt;
  return found->second;
}

events::Result<ResolvedReference> References::to_entry(std::size_t index) const {
  const Entry& entry = entries_[index];
  return ResolvedReference{entry.type, entry.id.text(), true};
}

events::Result<ResolvedReference> References::resolve(std::string_view reference,
                                                      const json::Value& place) {
  if (reference.empty() || reference.front() == '#') return ResolvedReference{};
  if (auto entry = entry_of_url(reference)) return to_entry(*entry);
  if (reference.starts_with("urn:uuid:") || reference.starts_with("urn:oid:")) {
    return unprocessable(
        fmt::format(
            "{}: \"{}\" is the fullUrl of no entry of this request; send the entry along, or "
            "refer to Type/id",
            place.path(), reference),
        place.path());
  }
  if (reference.starts_with(fhir_base_)) reference.remove_prefix(fhir_base_.size());
  if (reference.find('?') != std::string_view::npos &&
      reference.find("://") > reference.find('?')) {
    return conditional(reference, place);
  }
  if (auto literal = parse_literal(reference)) {
    return ResolvedReference{literal->type, literal->id, false};
  }
  return ResolvedReference{};
}

events::Result<std::optional<std::string>> References::patient(std::string_view reference,
                                                               const json::Value& place) {
  if (auto entry = entry_of_url(reference)) {
    if (entries_[*entry].type != ResourceType::Patient) return std::optional<std::string>{};
    return std::optional(entries_[*entry].id.text());
  }
  if (!reference.starts_with("Patient") && !reference.starts_with(fhir_base_) &&
      !reference.starts_with("urn:")) {
    return std::optional<std::string>{};
  }
  auto resolved = resolve(reference, place);
  if (!resolved) return resolved.error();
  if (resolved->type != ResourceType::Patient || resolved->id.empty())
    return std::optional<std::string>{};
  return std::optional(resolved->id);
}

events::Result<ResolvedReference> References::conditional(std::string_view reference,
                                                          const json::Value& place) {
  auto known = conditionals_.find(std::string(reference));
  if (known == conditionals_.end()) {
    auto wanted = parse_conditional_reference(reference, "reference");
    auto found = wanted ? search(*wanted) : events::Result<ResolvedReference>(wanted.error());
    known = conditionals_.emplace(reference, std::move(found)).first;
  }
  if (known->second) return known->second;
  Error error = known->second.error();
  error.element = place.path();
  error.message = fmt::format("{}: \"{}\": {}", error.element, reference, error.message);
  return error;
}

// What is stored only: which entry of the request will meet the criteria is known when its
// fields are, and they need the references.
events::Result<ResolvedReference> References::search_criteria(const ConditionalReference& wanted) {
  auto found = search_(wanted.type, wanted.criteria);
  if (!found) return found.error();
  if (found->empty()) {
    return unprocessable(
        "no resource meets these criteria; load it first, or refer to an entry by its fullUrl");
  }
  if (found->size() > 1) {
    return Error{ErrorCode::precondition_failed,
                 "several resources meet these criteria; refer to the one you mean by Type/id",
                 {}};
  }
  return ResolvedReference{wanted.type, found->front().known.id.text(), true};
}

events::Result<ResolvedReference> References::search(const ConditionalReference& wanted) {
  if (!wanted.criterion) return search_criteria(wanted);
  std::set<std::string> ids;
  const auto& here = identifiers_of(wanted.type);
  for (auto [one, end] = here.equal_range(wanted.criterion->value); one != end; ++one) {
    const Entry& entry = entries_[one->second];
    if (has_identifier(entry.resource, *wanted.criterion)) ids.insert(entry.id.text());
  }

  const bool anywhere =
      wanted.type == ResourceType::Patient || events::is_directory_type(wanted.type);
  if (anywhere || stream_) {
    auto there = lookup_.find_by_identifier(wanted.type, anywhere ? std::nullopt : stream_,
                                            wanted.criterion->system, wanted.criterion->value, 2);
    if (!there) return there.error();
    for (const events::Known& known : *there) ids.insert(known.id.text());
  }
  if (ids.empty()) {
    return unprocessable(
        "no resource has this identifier; load it first, or send it in the same transaction");
  }
  if (ids.size() > 1) {
    return Error{ErrorCode::precondition_failed,
                 "several resources have this identifier; refer to the one you mean by Type/id",
                 {}};
  }
  return ResolvedReference{wanted.type, *ids.begin(), true};
}

// Identifier values of the entries of a type, made when first asked for.
const std::multimap<std::string, std::size_t>& References::identifiers_of(ResourceType type) {
  auto [place, fresh] = by_identifier_.try_emplace(type);
  if (!fresh) return place->second;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].type != type) continue;
    const json::Value identifiers = entries_[i].resource["identifier"];
    if (identifiers.is_object()) place->second.emplace(identifiers["value"].string(), i);
    for (auto one = identifiers.is_array() ? identifiers.first() : json::Value{}; one;
         one = one.next()) {
      place->second.emplace(one["value"].string(), i);
    }
  }
  return place->second;
}

}  // namespace ingest::fhir
