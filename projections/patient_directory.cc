// Keys of family `patients`; the first byte says which.
//   0 | stream | id                         -> version | finished schema::Facts
//   1 | identifier value | system | stream | id   -> nothing
//   2 | folded word of a name | stream | id       -> nothing
//   3 | birth date's first instant | stream | id  -> nothing
// The index rows only propose: each candidate is judged by its facts.
#include "projections/patient_directory.h"

#include <algorithm>
#include <set>

#include "events/schema/clinical_generated.h"
#include "projections/facts_row.h"
#include "projections/facts_text.h"
#include "projections/key_codec.h"
#include "projections/patient_match.h"

namespace projections {
namespace {

namespace schema = events::schema;
using events::StreamKey;

enum PatientKey : std::uint8_t { by_stream = 0, by_identifier = 1, by_name = 2, by_birth_date = 3 };

std::string row_key(const StreamKey& stream, std::string_view id) {
  return KeyWriter().u8(by_stream).raw(stream.bytes()).text(id).key();
}

// The key of an index row without stream and id: what a search looks for.
std::string identifier_prefix(std::string_view value, std::string_view system) {
  return KeyWriter().u8(by_identifier).text(value).text(system).key();
}
std::string word_prefix(std::string_view word) { return KeyWriter().u8(by_name).text(word).key(); }
// The same, open at the end of its text: anything that starts so.
std::string open_ended(std::string prefix) {
  static const std::size_t text_end = KeyWriter().text("").key().size();
  prefix.resize(prefix.size() - text_end);
  return prefix;
}

std::set<std::string> index_keys(const StreamKey& stream, std::string_view id,
                                 const schema::Facts& facts) {
  std::set<std::string> keys;
  const auto* patient = facts.of_as_Patient();
  if (patient == nullptr) return keys;
  const std::string owner = KeyWriter(stream).text(id).key();
  if (const auto* identifiers = patient->identifiers()) {
    for (const auto* identifier : *identifiers) {
      keys.insert(identifier_prefix(text_of(identifier->value()), text_of(identifier->system())) +
                  owner);
    }
  }
  for_each_name_text(*patient, NameCriterion::Part::any, [&](std::string_view text) {
    for_each_word(fold(text),
                  [&](std::string_view word) { keys.insert(word_prefix(word) + owner); });
  });
  if (const auto* birth = patient->birth_date()) {
    keys.insert(KeyWriter().u8(by_birth_date).ascending(birth->low()).key() + owner);
  }
  return keys;
}

// Stream and id at the end of an index row's key, whatever its kind.
struct Owner {
  StreamKey stream;
  std::string id;
  friend auto operator<=>(const Owner&, const Owner&) = default;
};
std::optional<Owner> owner_of(std::string_view key) {
  KeyReader reader(key);
  const auto kind = reader.u8();
  if (!kind) return std::nullopt;
  if (*kind == by_identifier && !(reader.text() && reader.text())) return std::nullopt;
  if (*kind == by_name && !reader.text()) return std::nullopt;
  if (*kind == by_birth_date && !reader.ascending()) return std::nullopt;
  const auto stream = reader.raw(StreamKey::size);
  auto id = reader.text();
  if (!stream || !id || !reader.done()) return std::nullopt;
  return Owner{*StreamKey::from_bytes(*stream), std::move(*id)};
}

using Owners = std::set<Owner>;

Status collect(const ShardView& view, const std::string& prefix, Owners& owners) {
  const auto rows = view.rows().scan(view.family("patients"), prefix);
  for (; rows->valid(); rows->next()) {
    auto owner = owner_of(rows->key());
    if (!owner)
      return events::corrupt("a key of family patients cannot be read; rebuild the shard");
    owners.insert(std::move(*owner));
  }
  return rows->status();
}

bool all_have_values(const std::vector<IdentifierCriterion>& alternatives) {
  return std::none_of(alternatives.begin(), alternatives.end(),
                      [](const auto& one) { return one.value.empty(); });
}

Status collect_by_id(const ShardView& view, const std::vector<std::string>& ids, Owners& owners) {
  for (const auto& id : ids) {
    auto known = view.find(events::ResourceType::Patient, id);
    if (!known) return known.error();
    for (const auto& one : *known) {
      if (!one.deleted) owners.insert({one.stream, id});
    }
  }
  return {};
}

Status collect_by_identifier(const ShardView& view, const std::vector<IdentifierCriterion>& any_of,
                             Owners& owners) {
  for (const auto& one : any_of) {
    const std::string prefix = one.system ? identifier_prefix(one.value, *one.system)
                                          : KeyWriter().u8(by_identifier).text(one.value).key();
    if (auto done = collect(view, prefix, owners); !done) return done;
  }
  return {};
}

Status collect_by_name(const ShardView& view, const std::vector<NameCriterion>& any_of,
                       Owners& owners) {
  for (const auto& one : any_of) {
    const std::string folded = fold(one.text);
    const std::string first_word = folded.substr(0, folded.find(' '));
    if (auto done = collect(view, open_ended(word_prefix(first_word)), owners); !done) return done;
  }
  return {};
}

Status collect_by_birth_date(const ShardView& view, const std::vector<DateCriterion>& any_of,
                             Owners& owners) {
  for (const auto& one : any_of) {
    const auto rows =
        view.rows().scan(view.family("patients"), KeyWriter().u8(by_birth_date).key(),
                         KeyWriter().u8(by_birth_date).ascending(one.low.count()).key());
    for (; rows->valid(); rows->next()) {
      KeyReader reader(rows->key());
      reader.u8();
      if (reader.ascending().value_or(0) >= one.high.count()) break;
      auto owner = owner_of(rows->key());
      if (!owner)
        return events::corrupt("a key of family patients cannot be read; rebuild the shard");
      owners.insert(std::move(*owner));
    }
    if (auto read = rows->status(); !read) return read;
  }
  return {};
}

bool all_equal(const std::vector<DateCriterion>& any_of) {
  return std::all_of(any_of.begin(), any_of.end(),
                     [](const auto& one) { return one.prefix == DateCriterion::Prefix::eq; });
}

// A word that folds to nothing ("…") has no index row to look for.
bool all_have_words(const std::vector<NameCriterion>& any_of) {
  return std::none_of(any_of.begin(), any_of.end(),
                      [](const auto& one) { return fold(one.text).empty(); });
}

Status collect_candidates(const ShardView& view, const PatientQuery& query, Owners& owners) {
  if (!query.ids.empty()) return collect_by_id(view, query.ids.front(), owners);
  for (const auto& any_of : query.identifiers) {
    if (all_have_values(any_of)) return collect_by_identifier(view, any_of, owners);
  }
  for (const auto& any_of : query.names) {
    if (all_have_words(any_of)) return collect_by_name(view, any_of, owners);
  }
  for (const auto& any_of : query.birth_dates) {
    if (all_equal(any_of)) return collect_by_birth_date(view, any_of, owners);
  }
  return collect(view, KeyWriter().u8(by_stream).key(), owners);
}

struct Sorted {
  std::string order;
  PatientHit hit;
};

Sorted hit_of(const Owner& owner, const FactsRow& row) {
  const auto* patient = row.facts->of_as_Patient();
  const auto* name = patient ? official_name(*patient) : nullptr;
  PatientHit hit;
  hit.id = owner.id;
  hit.version = row.version;
  if (name != nullptr) {
    hit.family = text_of(name->family());
    hit.given = joined(name->given());
    if (hit.family.empty() && hit.given.empty()) hit.family = text_of(name->text());
  }
  std::int64_t born = 0;
  if (patient != nullptr) {
    hit.gender = text_of(patient->gender());
    if (const auto* birth = patient->birth_date()) {
      hit.birth_date = text_of(birth->text());
      born = birth->low();
    }
  }
  auto order =
      KeyWriter().text(fold(hit.family)).text(fold(hit.given)).ascending(born).text(hit.id).key();
  return {std::move(order), std::move(hit)};
}

}  // namespace

Status PatientDirectory::apply(const AcceptedEvent& event, Family family, RowBatch& batch) const {
  if (event.type != events::ResourceType::Patient) return {};
  if (event.effect == events::EventEffect::confirmed) return {};
  std::set<std::string> now, before;
  if (event.facts != nullptr) now = index_keys(event.stream, event.id, *event.facts);
  if (event.previous != nullptr) before = index_keys(event.stream, event.id, *event.previous);
  for (const auto& key : before) {
    if (!now.contains(key)) batch.erase(family, key);
  }
  for (const auto& key : now) {
    if (!before.contains(key)) batch.put(family, key, {});
  }
  const std::string row = row_key(event.stream, event.id);
  if (event.facts != nullptr) {
    batch.put(family, row, facts_row(event.version, event.facts_bytes));
  } else if (event.previous != nullptr) {
    batch.erase(family, row);
  }
  return {};
}

Status PatientDirectory::forget(const StreamKey& stream, Family family, RowBatch& batch) const {
  std::vector<std::string> keys;
  std::string aligned;
  const auto rows = batch.scan(family, KeyWriter().u8(by_stream).raw(stream.bytes()).key());
  for (; rows->valid(); rows->next()) {
    const auto owner = owner_of(rows->key());
    const auto row = read_facts_row(rows->value(), aligned);
    if (!owner || !row) return events::corrupt("a row of family patients cannot be read");
    keys.emplace_back(rows->key());
    for (const auto& key : index_keys(stream, owner->id, *row->facts)) keys.push_back(key);
  }
  if (auto read = rows->status(); !read) return read;
  for (const auto& key : keys) batch.erase(family, key);
  return {};
}

std::string resource_in_patients_key(std::string_view key) {
  const auto owner = owner_of(key);
  return owner ? KeyWriter().text(owner->id).raw(owner->stream.bytes()).key() : std::string();
}

Result<std::vector<PatientHit>> find_patients(const ShardView& view, const PatientQuery& query) {
  Owners owners;
  if (auto done = collect_candidates(view, query, owners); !done) return done.error();
  std::vector<Sorted> found;
  std::string aligned;
  for (const auto& owner : owners) {
    auto bytes = view.rows().get(view.family("patients"), row_key(owner.stream, owner.id));
    if (!bytes) return bytes.error();
    if (!*bytes) continue;
    const auto row = read_facts_row(**bytes, aligned);
    if (!row) return row.error();
    if (!matches(owner.id, *row->facts, query)) continue;
    const PatientRow candidate{view, owner.stream, owner.id, row->version, *row->facts};
    if (query.also && !query.also(candidate)) continue;
    found.push_back(hit_of(owner, *row));
    if (query.place) found.back().hit.place = query.place(candidate);
  }
  std::sort(found.begin(), found.end(),
            [](const Sorted& a, const Sorted& b) { return a.order < b.order; });
  std::vector<PatientHit> hits;
  hits.reserve(found.size());
  for (auto& one : found) hits.push_back(std::move(one.hit));
  return hits;
}

}  // namespace projections
