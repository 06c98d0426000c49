// Edits the stored bytes of an embedded log, as whoever has its folder could: the records are read,
// changed, and written as a fresh log in its place, with checksums that are right.
//
//   log_surgeon LOG PARTITIONS flip|retime|drop|hole|insert P OFFSET
//   log_surgeon LOG PARTITIONS tear P OFFSET                 cut short: it does not read
//   log_surgeon LOG PARTITIONS swap P OFFSET OFFSET
//   log_surgeon LOG PARTITIONS truncate|replace P OFFSET      from there on
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

#include "events/check.h"
#include "events/log/embedded_snapshot.h"
#include "events/log/embedded_store.h"
#include "events/log/synced_ends.h"

namespace {

using namespace events;
using Records = std::vector<LogRecord>;

std::vector<Records> read_all(const std::filesystem::path& directory, std::uint32_t partitions) {
  auto log = open_embedded_snapshot({.directory = directory, .partitions = partitions});
  CHECK(log.has_value());
  std::vector<Records> all(partitions);
  for (std::uint32_t i = 0; i < partitions; ++i) {
    auto reader = *(*log)->read({i}, {});
    const auto end = *(*log)->end({i});
    while (all[i].size() < static_cast<std::size_t>(end.value)) {
      auto records = reader->next(1u << 20, {});
      CHECK(records.has_value());
      for (auto& record : *records) all[i].push_back(std::move(record));
    }
  }
  return all;
}

void write_all(const std::filesystem::path& directory, const std::vector<Records>& all,
               const std::optional<Position>& torn) {
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  auto ends = SyncedEnds::open(directory / "synced_ends", static_cast<std::uint32_t>(all.size()));
  CHECK(ends.has_value());
  auto store = EmbeddedStore::open(directory / "records", ends->ends());
  CHECK(store.has_value());
  std::vector<Offset> last(all.size());
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    for (const auto& record : all[i]) {
      StoredRecord stored(record.key, record.value);
      stored.set_append_time(record.append_time);
      std::string bytes(stored.bytes());
      if (torn == Position{{i}, record.offset}) bytes.resize(1);
      const StoredAt at{{{i}, record.offset}, bytes};
      (*store)->write({&at, 1});
      last[i] = record.offset.next();
    }
  }
  ends->write(last);
}

// The first record that was not there, as one of another writer would be.
LogRecord other_record(const LogRecord& like) {
  LogRecord other = like;
  other.value.back() = static_cast<char>(other.value.back() ^ 1);
  return other;
}

void renumber(Records& records) {
  for (std::size_t i = 0; i < records.size(); ++i)
    records[i].offset = {static_cast<std::int64_t>(i)};
}

void edit(Records& records, std::string_view what, std::size_t at, std::size_t other) {
  const auto place = records.begin() + static_cast<std::ptrdiff_t>(at);
  if (what == "flip") {
    place->value[place->value.size() / 2] ^= 1;
  } else if (what == "retime") {
    place->append_time += Micros(1);
  } else if (what == "drop") {
    records.erase(place);
    renumber(records);
  } else if (what == "hole") {
    records.erase(place);
  } else if (what == "insert") {
    records.insert(place, other_record(*place));
    renumber(records);
  } else if (what == "swap") {
    std::swap(place->key, records.at(other).key);
    std::swap(place->value, records.at(other).value);
  } else if (what == "truncate") {
    records.erase(place, records.end());
  } else if (what == "replace") {
    for (auto one = place; one != records.end(); ++one) *one = other_record(*one);
  } else {
    fmt::print(stderr, "log_surgeon: {} is not known\n", what);
    std::exit(2);
  }
}

}  // namespace

int main(int argc, char** argv) {
  CHECK(argc >= 6);
  const std::filesystem::path directory = argv[1];
  auto all = read_all(directory, static_cast<std::uint32_t>(std::stoul(argv[2])));
  const auto partition = static_cast<std::uint32_t>(std::stoul(argv[4]));
  const auto at = std::stoul(argv[5]);
  std::optional<Position> torn;
  if (std::string_view(argv[3]) == "tear") {
    torn = Position{{partition}, {static_cast<std::int64_t>(at)}};
  } else {
    edit(all.at(partition), argv[3], at, argc > 6 ? std::stoul(argv[6]) : 0);
  }
  write_all(directory, all, torn);
  return 0;
}
