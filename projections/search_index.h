// Finds resources of all patients by code, by the practitioner, organization or place they
// refer to, or by type alone, newest first: what a search that names no patient reads.
//
// Family `search_index`
// Key    type (u16) | by (u8) | hash of the code or id (u64) | span (u8): 0 the main date is
//        within a day, 1 longer, open or none | main date, descending | id (text) | stream
// Value  nothing
//
// Rows only propose: a hash says code or id alone, neither system nor type, so each
// candidate is judged by its facts, which the chart has under the key's own parts. A
// resource has one row by type; one for each code of its type's code parameters; and one
// for each resource of the directory that it refers to. Claims and explanations of benefit
// are half of a record, and nobody asks for them by provider alone: by type only.
//
// What lies in the stream `directory` has no rows: it is one stream, scanned as it is.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/projection.h"
#include "projections/shard.h"

namespace projections {

class SearchIndex final : public Projection {
 public:
  std::string_view name() const override { return "search_index"; }
  // The tables of search/ say what has rows: a new reference parameter is a new version.
  std::uint32_t version() const override { return 7; }
  Status apply(const AcceptedEvent& event, Family family, RowBatch& batch) const override;
  // Reads the shard's whole index, about a million rows a second: a row that named the
  // stream's rows would cost each write a third more, and streams are seldom forgotten.
  Status forget(const events::StreamKey& stream, Family family, RowBatch& batch) const override;
};

struct IndexTerm {
  enum class By : std::uint8_t { type = 0, code = 1, reference = 2, component = 3 } by = By::type;
  std::uint64_t hash = 0;
  friend auto operator<=>(const IndexTerm&, const IndexTerm&) = default;
};
IndexTerm type_term();
// Without case. By::component: the code of a part, of an Observation's panel.
IndexTerm code_term(std::string_view code, IndexTerm::By by = IndexTerm::By::code);
IndexTerm reference_term(std::string_view id);

// By which rows every code that the parameter finds in a resource of the type is there;
// empty: it has none.
std::vector<IndexTerm::By> code_rows(events::ResourceType type, std::string_view parameter);
// Every reference into the directory has its row.
bool has_reference_rows(events::ResourceType type);
// The date parameter whose value, where there is one, is the main date; empty: none is.
std::string_view main_date_parameter(events::ResourceType type);

// Main dates, by their first instant: [low, high).
struct IndexSpan {
  bool within_a_day = true;
  std::optional<events::Micros> low, high;
};

// The rows of one term in one shard and one kind of span, newest first, then by id.
class IndexCursor {
 public:
  // `after`: the order() of a row; that and all before it are passed over.
  IndexCursor(const ShardView& view, events::ResourceType type, const IndexTerm& term,
              const IndexSpan& span, const std::optional<std::string>& after);
  bool valid() const { return valid_; }
  void next();
  // Its place in the order, over all terms and shards: bytewise.
  std::string_view order() const { return order_; }
  std::optional<events::Micros> time() const;
  const std::string& id() const { return id_; }
  const events::StreamKey& stream() const { return stream_; }
  Status status() const { return status_; }  // after the loop

 private:
  void read();
  std::unique_ptr<Rows> rows_;
  std::size_t prefix_bytes_;
  std::optional<events::Micros> low_;
  bool valid_ = false;
  std::string_view order_;
  events::Micros time_{};
  std::string id_;
  events::StreamKey stream_;
  Status status_;
};
// The end of a row's key, which names the resource: id (text) | stream.
std::string_view resource_in_index_key(std::string_view key);
// The order of a resource of that main date and id.
std::string index_order(std::optional<events::Micros> time, std::string_view id);

}  // namespace projections
