// Measures kept of written shards, and what random events do to them.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <map>
#include <random>

#include "projections/measures/evaluator.h"
#include "projections/measures/figures.h"
#include "projections/store_limits.h"
#include "tests/projections/measures/small_measure.h"
#include "tests/projections/measures/written_shard.h"
#include "tests/temporary_folder.h"

namespace projections::measures::test {

// Of a piece of a property test; printed, to run it again.
inline std::uint64_t seed_of_piece(int piece) {
  const auto* given = std::getenv("MEASURES_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::stoull(given) : std::random_device{}() + static_cast<unsigned>(piece);
  fmt::print("seed {}\n", seed);
  return seed;
}

// An evaluator with a store of its own.
struct Kept {
  explicit Kept(const Documents& documents = written_document) {
    Store::Options options;
    options.directory = folder.path();
    options.families = {"measures"};
    options.shared = make_shared_resources({});
    store = *Store::open(options);
    begin(documents);
  }
  void begin(const Documents& documents = written_document, std::size_t partitions = 1) {
    const std::vector<events::StreamKey> settings(partitions, WrittenShard::settings_stream());
    evaluator = std::make_unique<Evaluator>(*store, settings, documents);
    const auto opened = evaluator->open(events::LogId());
    EXPECT_TRUE(opened) << opened.error().message;
  }
  bool look(const ShardView& shard, std::uint32_t partition = 0) {
    const auto more = evaluator->follow(shard, {partition});
    EXPECT_TRUE(more) << more.error().message;
    return more && *more;
  }
  bool fill(const ShardView& shard, std::uint32_t partition = 0) {
    const auto more = evaluator->fill(shard, {partition});
    EXPECT_TRUE(more) << more.error().message;
    return more && *more;
  }
  void settle(const ShardView& shard, std::uint32_t partition = 0) {
    while (look(shard, partition)) {
    }
    while (fill(shard, partition)) {
    }
  }
  BoardNumber board(std::size_t at = 0) const { return evaluator->boards().all().at(at)->number; }
  Figures figures(Dimension by = Dimension::all, const std::string& value = {}) const {
    const auto all = cells(*store->snapshot(), board(), 0, by);
    for (const auto& cell : *all) {
      if (cell.value == value) return cell.figures;
    }
    return {};
  }
  // All rows that are a function of the records.
  std::map<std::string, std::string> outcomes() const {
    std::map<std::string, std::string> rows;
    const auto scan = store->snapshot()->scan(rows_family, {});
    for (; scan->valid(); scan->next()) {
      const auto kind = static_cast<RowKind>(scan->key().front());
      if (kind >= RowKind::outcome && kind <= RowKind::member)
        rows.emplace(scan->key(), scan->value());
    }
    return rows;
  }

  tests::TemporaryFolder folder;
  std::unique_ptr<Store> store;
  std::unique_ptr<Evaluator> evaluator;
};

inline std::string patient(const std::string& sex = "female") {
  return R"({"resourceType": "Patient", "gender": ")" + sex + R"(", "birthDate": "1960-05-05"})";
}
inline std::string visit() { return R"({"resourceType": "Encounter", "status": "finished"})"; }
inline std::string coded(const std::string& type, const std::string& code) {
  return R"({"resourceType": ")" + type + R"(", "code": {"coding": [{"system": "s", "code": ")" +
         code + "\"}]}}";
}
inline std::string procedure() { return R"({"resourceType": "Procedure", "status": "completed"})"; }

inline events::KnownTime day(int year, unsigned month, unsigned at = 1) {
  return std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) /
                               static_cast<int>(at));
}

inline const std::vector<std::string> year_2025{"2025-01-01/2025-12-31"};

// A patient's events in an order of their own: what is there comes late, is corrected, deleted,
// deleted before it comes, and comes back.
class Orders {
 public:
  explicit Orders(std::uint64_t seed) : random_(seed) {}
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  using Event = std::function<void(WrittenShard&)>;
  Event one(const std::string& who) {
    const auto put = [&](const std::string& type, const std::string& id,
                         const std::string& document) -> Event {
      return [=](WrittenShard& shard) { shard.put(who, type, id, document); };
    };
    const auto one_of = [&](std::initializer_list<const char*> words) {
      return std::string(words.begin()[below(words.size())]);
    };
    switch (below(10)) {
      case 0:
      case 1:
        return put("Patient", who, patient(one_of({"female", "male", "other"})));
      case 2:
      case 3:
        return put("Encounter", one_of({"e1", "e2"}), visit());
      case 4:
      case 5:
        return put("Observation", one_of({"o1", "o2"}),
                   coded("Observation", one_of({"good", "bad"})));
      case 6:
        return put("Condition", "c", coded("Condition", one_of({"hospice", "flu"})));
      case 7:
        return put("Procedure", one_of({"p1", "p2"}), procedure());
      default: {
        const auto what = below(5);
        constexpr const char* types[] = {"Patient", "Encounter", "Observation", "Condition",
                                         "Procedure"};
        const std::string ids[] = {who, "e1", "o1", "c", "p1"};
        return [who, type = std::string(types[what]), id = ids[what]](WrittenShard& shard) {
          shard.remove(who, type, id);
        };
      }
    }
  }

 private:
  std::mt19937_64 random_;
};

// What happened, so that a shard can be rebuilt from it, or fold again what it lost in a crash.
struct Log {
  using Entry = std::pair<events::KnownTime, Orders::Event>;
  std::vector<Entry> events;

  static void write(const Entry& entry, WrittenShard& shard) {
    shard.now = entry.first;
    entry.second(shard);
  }
  // `seen` of it while it is behind what was looked at.
  template <class Seen>
  std::unique_ptr<WrittenShard> folded_anew(const Seen& seen) const {
    auto shard = std::make_unique<WrittenShard>();
    for (const auto& entry : events) {
      write(entry, *shard);
      seen(*shard);
    }
    return shard;
  }
};

}  // namespace projections::measures::test
