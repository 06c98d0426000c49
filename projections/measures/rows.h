// The rows of the measures' store: one family, node-local, made from the shards' rows alone. It may
// be thrown away at any time; it is filled again in the background.
//
// Key    0 | name (text)                                            what the store was made from
//        1 | board (u16)                                            BoardRow
//        2 | board | partition (u16)                                BoardState
//        3 | board | partition | stream                             Outcome
//        4 | board | group (u8) | dimension (u8) | value (text) | population (text)
//          | partition                                              count, signed varint
//        5 | as 4 | month (i64)                                     what that month added to it
//        6 | as 4, without partition | stream                       id (text), count
//        7 | partition                                              next offset that was looked at
//        8 | sequence (u64)                                         Flip
//        9 | stream | sequence                                      empty: a patient's flips
//
// Kinds 3 to 6 are a function of the records; flips say when this node saw a change, so two that
// lie between two looks are one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/measures/outcome.h"
#include "projections/store.h"

namespace projections::measures {

inline constexpr Family rows_family{0};

enum class RowKind : std::uint8_t {
  about = 0,
  board = 1,
  board_state = 2,
  outcome = 3,
  count = 4,
  by_month = 5,
  member = 6,
  progress = 7,
  flip = 8,
  flip_of = 9,
};

using BoardNumber = std::uint16_t;

// A measure over a period, by the content that it was loaded with.
struct BoardRow {
  std::string setting;  // its name
  std::string digest;   // of the content
  std::string period;   // text
  friend bool operator==(const BoardRow&, const BoardRow&) = default;
};
std::string encode(const BoardRow& row);
Result<BoardRow> decode_board(std::string_view row);

// Of a board in a partition. What was on the log when it was loaded is gone through in the
// background, so that also a patient who had been deleted by then has the months before.
struct BoardState {
  events::Offset since;        // of the setting
  events::Offset done, until;  // below `done` of `until` everything was looked at
  bool complete() const { return done >= until; }
};
std::string encode(const BoardState& state);
Result<BoardState> decode_state(std::string_view row);

// A patient moved between populations.
struct Flip {
  std::uint64_t sequence = 0;
  BoardNumber board = 0;
  std::string measure, period;  // of the board, for when it has gone
  std::string patient;
  std::uint8_t group = 0;
  std::string from, to;  // populations_text
  events::StreamKey stream;
  events::Position position;  // of the last commit that moved it
  events::KnownTime known_time;
  bool restates = false;            // known after the period had ended
  std::vector<std::string> causes;  // Observation/1 recorded
};
std::string encode(const Flip& flip);
Result<Flip> decode_flip(std::string_view row);

// A cell's population; `stratum.dimension` all for the whole.
struct CellKey {
  BoardNumber board = 0;
  std::uint8_t group = 0;
  Stratum stratum;
  std::string population;
};

std::string about_key(std::string_view name);
std::string board_key(BoardNumber board);
std::string board_prefix(RowKind kind, BoardNumber board);
std::string partition_prefix(RowKind kind, BoardNumber board, events::PartitionId partition);
std::string outcome_key(BoardNumber board, events::PartitionId partition,
                        const events::StreamKey& stream);
std::string dimension_prefix(RowKind kind, BoardNumber board, std::uint8_t group,
                             Dimension dimension);
std::string cell_prefix(RowKind kind, const CellKey& cell);
std::string count_key(const CellKey& cell, events::PartitionId partition);
std::string month_key(const CellKey& cell, events::PartitionId partition, Month month);
std::string member_key(const CellKey& cell, const events::StreamKey& stream);
std::string progress_key(events::PartitionId partition);
std::string flip_key(std::uint64_t sequence);
std::string patient_flip_key(const events::StreamKey& stream, std::uint64_t sequence);

struct CountRow {
  CellKey cell;
  events::PartitionId partition;
  Month month = 0;  // of by_month
  std::int64_t count = 0;
};
Result<CountRow> decode_count(std::string_view key, std::string_view row);

}  // namespace projections::measures
