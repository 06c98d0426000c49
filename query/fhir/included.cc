#include "query/fhir/included.h"

#include <fmt/format.h>

#include <algorithm>

#include "projections/chart.h"
#include "projections/search/reference_targets.h"
#include "projections/search_index.h"
#include "query/fhir/bundle.h"
#include "query/fhir/match.h"

namespace query::fhir {
namespace {

using events::ResourceType;
using projections::VersionRow;

// Kept of streams that were read for who refers to what; then it starts again.
constexpr std::size_t referrers_max = 200'000;

const schema::Facts& facts_of(const VersionRow& row) {
  return *flatbuffers::GetRoot<schema::Facts>(row.facts.data());
}

// What the include's parameters find in a resource of its source.
void take(const Include& include, const schema::Facts& facts, Values& values) {
  values.clear();
  if (include.parameter != nullptr) {
    include.parameter->take(facts, values);
  } else {
    projections::search::take_references(facts, values);
  }
}

bool is_of_target(const Include& include, ResourceType type) {
  return !include.target || *include.target == type;
}

events::Error too_many(const Included::Name& name) {
  return {events::ErrorCode::unprocessable,
          fmt::format("_include, _revinclude: {}/{} alone brings more than {} resources; ask for "
                      "them in a search of their own",
                      events::type_name(name.first), name.second, included_max),
          {}};
}

}  // namespace

Result<bool> Included::add_for(const Item& match, std::size_t page_bytes) {
  if (includes_.empty()) return true;
  std::vector<Item> found;
  if (auto followed = follow(match, true, found); !followed) return followed.error();
  const bool iterates = std::any_of(includes_.begin(), includes_.end(),
                                    [](const Include& one) { return one.iterate; });
  // `found` grows while it is read: an item is copied before it moves.
  for (std::size_t i = 0; iterates && i < found.size() && found.size() <= included_max; ++i) {
    const Item from = found[i];
    if (auto followed = follow(from, false, found); !followed) return followed.error();
  }
  std::size_t bytes = 0;
  for (const Item& item : found) bytes += item.row.document_size;
  if (found.size() > included_max && page_bytes == 0) return too_many(match.name);
  const bool fits =
      items_.size() + found.size() <= included_max && page_bytes + bytes_ + bytes <= page_bytes_max;
  if (!fits && page_bytes > 0) {
    for (const Item& item : found) seen_.erase(item.name);
    return false;
  }
  bytes_ += bytes;
  std::move(found.begin(), found.end(), std::back_inserter(items_));
  return true;
}

Status Included::follow(const Item& from, bool is_match, std::vector<Item>& found) {
  for (const Include& include : includes_) {
    if (!is_match && !include.iterate) continue;
    if (found.size() > included_max) return {};
    auto added =
        include.reverse ? add_referring(from, include, found) : add_referred(from, include, found);
    if (!added) return added;
  }
  return {};
}

Status Included::add(const Name& name, const events::StreamKey& stream, VersionRow row,
                     std::vector<Item>& found) {
  if (row.effect == events::EventEffect::deleted || !seen_.insert(name).second) return {};
  const std::string_view type = events::type_name(name.first);
  const auto patient =
      name.first == ResourceType::Patient ? std::string_view(name.second) : std::string_view();
  if (!ops::auth::permit(asking_, {ops::auth::Access::read, type, patient})) return {};
  found.push_back({name, stream, std::move(row)});
  return {};
}

Status Included::add_referred(const Item& from, const Include& include, std::vector<Item>& found) {
  if (include.source && *include.source != from.name.first) return {};
  Values values;
  take(include, facts_of(from.row), values);
  for (const schema::Reference* reference : values.references) {
    if (reference->id() == nullptr || !is_of_target(include, reference->type())) continue;
    const Name name{reference->type(), reference->id()->str()};
    if (seen_.contains(name)) continue;
    auto own = reader_.view_of(from.stream).current(from.stream, name.first, name.second);
    if (!own) return own.error();
    if (*own) {
      if (auto added = add(name, from.stream, std::move(**own), found); !added) return added;
      continue;
    }
    const auto known = reader_.find(name.first, name.second);
    if (!known && known.error().code == events::ErrorCode::not_found) continue;
    if (!known) return known.error();
    auto row = reader_.view(known->partition).current(known->stream, name.first, name.second);
    if (!row) return row.error();
    if (!*row) continue;
    if (auto added = add(name, known->stream, std::move(**row), found); !added) return added;
  }
  return {};
}

Status Included::add_referring(const Item& to, const Include& include, std::vector<Item>& found) {
  if (!is_of_target(include, to.name.first)) return {};
  const bool in_directory = to.stream == reader_.stream("directory");
  const auto others = reader_.stream(fmt::format("other/{}", events::type_name(*include.source)));
  if (auto added = add_from_stream(to, include, to.stream, found); !added) return added;
  if (to.stream != others) {
    if (auto added = add_from_stream(to, include, others, found); !added) return added;
  }
  return in_directory ? add_from_index(to, include, found) : Status();
}

Status Included::add_from_stream(const Item& to, const Include& include,
                                 const events::StreamKey& stream, std::vector<Item>& found) {
  const auto referrers = referrers_of(include, stream);
  if (!referrers) return referrers.error();
  const auto at = (*referrers)->find(to.name);
  if (at == (*referrers)->end()) return {};
  for (const Referrer& one : at->second) {
    auto row = reader_.view_of(stream).version(stream, *include.source, one.id, one.version);
    if (!row) return row.error();
    if (!*row) continue;
    if (auto added = add({*include.source, one.id}, stream, std::move(**row), found); !added)
      return added;
  }
  return {};
}

Result<const Included::Referrers*> Included::referrers_of(const Include& include,
                                                          const events::StreamKey& stream) {
  const auto known = referrers_.find({&include, stream});
  if (known != referrers_.end()) return &known->second;
  if (referrers_count_ > referrers_max) {
    referrers_.clear();
    referrers_count_ = 0;
  }
  Referrers& referrers = referrers_[{&include, stream}];
  Values values;
  projections::ChartCursor cursor(reader_.view_of(stream), stream, *include.source);
  for (; cursor.valid(); cursor.next()) {
    take(include, cursor.facts(), values);
    for (const schema::Reference* reference : values.references) {
      if (reference->id() == nullptr) continue;
      auto& of_one = referrers[{reference->type(), reference->id()->str()}];
      if (!of_one.empty() && of_one.back().id == cursor.id()) continue;
      of_one.push_back({cursor.id(), cursor.version()});
      ++referrers_count_;
    }
  }
  if (auto read = cursor.status(); !read) return read.error();
  return &referrers;
}

// Who refers to a resource of the directory may be any patient's.
Status Included::add_from_index(const Item& to, const Include& include, std::vector<Item>& found) {
  const ResourceType source = *include.source;
  const auto term = projections::has_reference_rows(source)
                        ? projections::reference_term(to.name.second)
                        : projections::type_term();
  projections::ChartEntry entry;
  Values values;
  for (std::uint32_t i = 0; i < reader_.sources().shards.count(); ++i) {
    const auto& view = reader_.view({i});
    for (const bool within_a_day : {true, false}) {
      projections::IndexSpan span;
      span.within_a_day = within_a_day;
      projections::IndexCursor cursor(view, source, term, span, std::nullopt);
      for (; cursor.valid() && found.size() <= included_max; cursor.next()) {
        const auto read = entry.read(view, cursor.stream(), source, cursor.time(), cursor.id());
        if (!read) return read.error();
        if (!*read) continue;
        take(include, entry.facts(), values);
        const bool refers = std::any_of(
            values.references.begin(), values.references.end(), [&](const auto* reference) {
              return reference->id() != nullptr && reference->type() == to.name.first &&
                     reference->id()->string_view() == to.name.second;
            });
        if (!refers) continue;
        auto row = view.version(cursor.stream(), source, cursor.id(), entry.version());
        if (!row) return row.error();
        if (!*row) continue;
        if (auto added = add({source, cursor.id()}, cursor.stream(), std::move(**row), found);
            !added)
          return added;
      }
      if (auto read = cursor.status(); !read) return read;
    }
  }
  return {};
}

}  // namespace query::fhir
