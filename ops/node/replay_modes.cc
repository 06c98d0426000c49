#include "ops/node/replay_modes.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "events/clinical_time.h"
#include "ops/node/replay_lines.h"
#include "ops/node/replay_refusals.h"
#include "projections/facts_text.h"
#include "query/json_writer.h"
#include "query/replay/back_dating.h"
#include "query/replay/blame.h"
#include "query/replay/chart_diff.h"

namespace ops::node {
namespace {

using events::EventEffect;
using events::PartitionId;
using events::Status;
using projections::AcceptedEvent;
using projections::ReplayedEvent;
using query::replay::Border;

constexpr std::size_t lines_bytes = 64u << 10;

// Known at the moment that the border ends.
bool is_known(const AcceptedEvent& event, const Border& then) {
  if (then.time) return event.known_time < *then.time;
  return event.position.offset <
         then.position->next_offset(event.position.partition).value_or(events::Offset{});
}

// Takes what is found from one thread at a time.
class Out {
 public:
  explicit Out(const Telling& telling) : telling_(telling) {}
  Status write(std::string_view lines) {
    const std::lock_guard lock(mutex_);
    return telling_.out(lines);
  }

 private:
  const Telling& telling_;
  std::mutex mutex_;
};

class LineTeller final : public PartitionListener {
 public:
  LineTeller(const Telling& telling, Out& out) : writer_(telling), out_(out) {}
  Status take(const ReplayedEvent& told) override {
    if (auto added = writer_.add(told, lines_); !added) return added;
    return lines_.size() < lines_bytes ? Status() : done();
  }
  Status done() override {
    const auto written = lines_.empty() ? Status() : out_.write(lines_);
    lines_.clear();
    return written;
  }

 private:
  ReplayLines writer_;
  Out& out_;
  std::string lines_;
};

// The line of each resource's newest version; gone with a deletion.
class StateTeller final : public PartitionListener {
 public:
  StateTeller(const Telling& telling, const Border& then, Out& out)
      : writer_(telling), then_(then), out_(out) {}
  Status take(const ReplayedEvent& told) override {
    const auto& event = told.event;
    if (event.effect == EventEffect::confirmed || !is_known(event, then_)) return {};
    auto name =
        fmt::format("{} {:05} {}", event.stream_name, static_cast<unsigned>(event.type), event.id);
    if (event.effect == EventEffect::deleted) {
      lines_.erase(name);
      return {};
    }
    auto& line = lines_[std::move(name)];
    line.clear();
    return writer_.add(told, line);
  }
  Status done() override {
    std::string all;
    for (const auto& [name, line] : lines_) all += line;
    return out_.write(all);
  }

 private:
  ReplayLines writer_;
  const Border& then_;
  Out& out_;
  std::map<std::string, std::string> lines_;
};

std::string change_text(const query::replay::ChartChange& change) {
  std::string text =
      fmt::format("{} {} {}/{}: {}", events::format_instant(change.known_time), change.stream,
                  events::type_name(change.type), change.id, change.what);
  if (!change.name.empty()) text += ": " + change.name;
  if (!change.before.empty() || !change.after.empty())
    text += fmt::format(" ({} -> {})", change.before, change.after);
  if (change.late_entry) text += fmt::format(", late entry of {}", change.effective);
  if (!change.actor.empty()) text += " by " + change.actor;
  return text + '\n';
}

class DiffTeller final : public PartitionListener {
 public:
  DiffTeller(const Telling& telling, const Border& first, const Border& second, Out& out)
      : telling_(telling), first_(first), second_(second), out_(out) {}
  Status take(const ReplayedEvent& told) override {
    const bool is_earlier = is_known(told.event, first_);
    if (is_earlier || is_known(told.event, second_)) diff_.take(told.event, is_earlier);
    return {};
  }
  Status done() override {
    std::string all;
    for (const auto& change : diff_.changes(first_.time)) {
      all += telling_.ndjson ? query::replay::change_line(change, telling_.log.keys->log_id())
                             : change_text(change);
    }
    return out_.write(all);
  }

 private:
  const Telling& telling_;
  const Border &first_, &second_;
  Out& out_;
  query::replay::ChartDiff diff_;
};

std::string blame_line(const query::replay::BlamedField& field, const Telling& telling) {
  events::PositionToken position(telling.log.keys->log_id());
  position.see(field.position);
  if (!telling.ndjson)
    return fmt::format("{} version {} {} {} {}: {}\n", events::format_instant(field.known_time),
                       field.version.value, field.actor, field.site, field.path, field.value);
  query::JsonWriter json;
  json.begin_object().member("path", field.path);
  json.key("value").raw(field.value);
  json.member("version", field.version.value).member("position", position.text());
  json.member("time", events::format_instant(field.known_time));
  json.optional("actor", field.actor).optional("site", field.site);
  json.optional("source", field.source).end_object();
  return std::move(json).take() + '\n';
}

class BlameTeller final : public PartitionListener {
 public:
  BlameTeller(const Telling& telling, std::string_view id, Out& out)
      : telling_(telling), id_(id), out_(out) {}
  Status take(const ReplayedEvent& told) override {
    if (told.event.id != id_) return {};
    std::string document;
    if (told.version != nullptr && !told.version->sealed.empty()) {
      auto opened =
          projections::replayed_document(*telling_.log.opener, told.event.stream, *told.version);
      if (!opened) return opened.error();
      document = std::move(*opened);
    }
    return blame_.take(told.event, document);
  }
  Status done() override {
    std::string all;
    for (const auto& field : blame_.fields()) all += blame_line(field, telling_);
    return out_.write(all);
  }

 private:
  const Telling& telling_;
  const std::string id_;
  Out& out_;
  query::replay::Blame blame_;
};

class LateTeller final : public PartitionListener {
 public:
  LateTeller(query::replay::BackDating& all, std::mutex& mutex) : all_(all), mutex_(mutex) {}
  Status take(const ReplayedEvent& told) override {
    seen_.take(told.event);
    return {};
  }
  Status done() override {
    const std::lock_guard lock(mutex_);
    all_.add(std::move(seen_));
    return {};
  }

 private:
  query::replay::BackDating& all_;
  std::mutex& mutex_;
  query::replay::BackDating seen_;
};

std::string back_dating_line(const query::replay::BackDatingLine& line, bool ndjson) {
  const auto type = events::type_name(line.type);
  if (!ndjson)
    return fmt::format("{:<28} {:<16} {:<24} {:>9} {:>8} {:>8} {:>13} {:>13} {:>13}\n", type,
                       line.site, line.actor, line.recorded, line.ahead, line.undated,
                       line.median.count(), line.ninetieth.count(), line.longest.count());
  query::JsonWriter json;
  json.begin_object().member("type", type).member("site", line.site).member("actor", line.actor);
  json.member("recorded", line.recorded).member("ahead", line.ahead);
  json.member("undated", line.undated);
  json.member("median_seconds", static_cast<std::uint64_t>(line.median.count()));
  json.member("ninetieth_seconds", static_cast<std::uint64_t>(line.ninetieth.count()));
  json.member("longest_seconds", static_cast<std::uint64_t>(line.longest.count())).end_object();
  return std::move(json).take() + '\n';
}

// Whose events the filter lets through.
Partitions partitions_asked(const Telling& telling) {
  Partitions asked;
  const auto count = telling.log.clinical->partition_count();
  for (std::uint32_t i = 0; i < count; ++i) {
    if (telling.filter.options({i}, telling.log.secrets.log_secret, count)) asked.push_back({i});
  }
  return asked;
}

Status check_state(const Telling& telling, const Border& then) {
  if (auto whole = check_whole_histories("--as-of", telling.filter); !whole) return whole;
  return check_names("--as-of", then, partitions_asked(telling));
}

Status check_diff(const Telling& telling, const Border& first, const Border& second) {
  if (auto whole = check_whole_histories("--diff", telling.filter); !whole) return whole;
  const auto asked = partitions_asked(telling);
  for (const auto* moment : {&first, &second}) {
    if (auto named = check_names("--diff", *moment, asked); !named) return named;
  }
  return check_is_later(first, second, asked);
}

}  // namespace

Told tell_events(const Telling& telling) {
  Out out(telling);
  return scan_log(telling.log, telling.filter, telling.progress,
                  [&](PartitionId) { return std::make_unique<LineTeller>(telling, out); });
}

Told tell_state(Telling telling, const Border& then) {
  if (auto can_be = check_state(telling, then); !can_be) return can_be.error();
  telling.filter.to = then;
  Out out(telling);
  return scan_log(telling.log, telling.filter, telling.progress,
                  [&](PartitionId) { return std::make_unique<StateTeller>(telling, then, out); });
}

Told tell_diff(Telling telling, const Border& first, const Border& second) {
  if (auto can_be = check_diff(telling, first, second); !can_be) return can_be.error();
  telling.filter.to = second;
  Out out(telling);
  return scan_log(telling.log, telling.filter, telling.progress, [&](PartitionId) {
    return std::make_unique<DiffTeller>(telling, first, second, out);
  });
}

Told tell_blame(Telling telling, const std::string& name) {
  if (auto whole = check_whole_histories("--blame", telling.filter); !whole) return whole.error();
  const auto slash = name.find('/');
  const auto type = events::type_of_name(name.substr(0, slash));
  if (slash == name.npos || !type || !events::is_fhir_id(name.substr(slash + 1)))
    return events::invalid(fmt::format("--blame: \"{}\" is no resource; write Type/id", name));
  telling.filter.types = {*type};
  telling.filter.documents = true;
  Out out(telling);
  return scan_log(telling.log, telling.filter, telling.progress, [&](PartitionId) {
    return std::make_unique<BlameTeller>(telling, name.substr(slash + 1), out);
  });
}

Told tell_back_dating(Telling telling) {
  query::replay::BackDating all;
  std::mutex mutex;
  auto told = scan_log(telling.log, telling.filter, telling.progress,
                       [&](PartitionId) { return std::make_unique<LateTeller>(all, mutex); });
  if (!told) return told;
  std::string text;
  if (!telling.ndjson)
    text =
        fmt::format("{:<28} {:<16} {:<24} {:>9} {:>8} {:>8} {:>13} {:>13} {:>13}\n", "type", "site",
                    "author", "recorded", "ahead", "undated", "median s", "90 % s", "longest s");
  for (const auto& line : all.lines()) text += back_dating_line(line, telling.ndjson);
  if (auto written = telling.out(text); !written) return written.error();
  return told;
}

}  // namespace ops::node
