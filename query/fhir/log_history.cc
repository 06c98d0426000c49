#include "query/fhir/log_history.h"

#include <algorithm>
#include <tuple>

#include "events/schema/clinical_generated.h"
#include "query/fhir/cursor.h"
#include "query/fhir/history.h"
#include "query/fhir/negotiation.h"
#include "query/fhir/recent.h"

namespace query::fhir {
namespace {

using events::EventEffect;
using events::KnownTime;
using ops::http::Request;
using ops::http::Response;
using projections::Change;
using projections::ShardView;

constexpr std::int64_t offsets_at_once = 256;
constexpr std::size_t events_looked_at_max = 50'000;

bool makes_a_version(EventEffect effect) {
  return effect == EventEffect::recorded || effect == EventEffect::amended ||
         effect == EventEffect::deleted;
}

// The events of a shard's accepted commits, newest first.
class Backwards {
 public:
  // Those before `end`.
  Backwards(const ShardView& view, events::Offset end) : view_(&view), end_(end.value) {}

  // False at the beginning of the log.
  Result<bool> next() {
    while (left_ == 0) {
      if (!block_.empty()) block_.pop_back();
      if (block_.empty()) {
        if (end_ <= 0) return false;
        if (auto read = read_block(); !read) return read.error();
        if (block_.empty()) continue;
      }
      left_ = block_.back().events.size();
    }
    --left_;
    return true;
  }
  const ShardView& view() const { return *view_; }
  const Change& change() const { return block_.back(); }
  const events::EventOutcome& event() const { return block_.back().events[left_]; }
  std::string key() const {
    return SortKey()
        .number(static_cast<std::uint64_t>(change().known_time.time_since_epoch().count()), true)
        .number(change().position.partition.value, true)
        .number(static_cast<std::uint64_t>(change().position.offset.value), true)
        .number(left_, true)
        .bytes();
  }

 private:
  Status read_block() {
    const std::int64_t begin = std::max<std::int64_t>(0, end_ - offsets_at_once);
    auto changes = view_->changes({begin}, std::nullopt, static_cast<std::size_t>(offsets_at_once));
    if (!changes) return changes.error();
    std::erase_if(*changes, [&](const Change& one) { return one.position.offset.value >= end_; });
    block_ = std::move(*changes);
    end_ = begin;
    return {};
  }

  const ShardView* view_;
  std::int64_t end_;
  std::vector<Change> block_;  // ascending; the last one is at hand
  std::size_t left_ = 0;       // of its events
};

// The time of a key of Backwards, which is in its first eight bytes.
KnownTime time_in(std::string_view key) {
  std::uint64_t inverted = 0;
  for (std::size_t i = 0; i < 8 && i < key.size(); ++i)
    inverted = inverted << 8 | static_cast<std::uint8_t>(key[i]);
  return KnownTime(events::Micros(static_cast<std::int64_t>(~inverted)));
}

class LogHistory {
 public:
  LogHistory(Reader& reader, const Request& request, std::optional<events::ResourceType> type,
             const HistoryQuery& query)
      : reader_(reader),
        request_(request),
        type_(type),
        query_(query),
        bundle_("history", request.base_url) {
    bundle_.subset(query.page.subset);
    bundle_.link("self", link_to(request.base_url, request.path, query.page.used));
  }

  Result<std::string> page();

 private:
  Status begin();
  Status keep_if_left(Backwards walk);
  // True: the page ends before this event.
  Result<bool> look_at(const Backwards& walk);
  bool may_see(const Change& change, const events::EventOutcome& event) const;

  Reader& reader_;
  const Request& request_;
  const std::optional<events::ResourceType> type_;
  const HistoryQuery& query_;
  BundleWriter bundle_;
  // A heap by key: the newest event of all shards in front.
  std::vector<std::pair<std::string, Backwards>> walks_;
  std::string last_;  // looked at
};

constexpr auto older_first = [](const auto& a, const auto& b) { return a.first > b.first; };

// Not after the cursor's own instant, and not after the period that _at asks of.
Status LogHistory::begin() {
  std::optional<KnownTime> before;
  if (query_.page.after) before = time_in(*query_.page.after) + events::Micros(1);
  if (query_.at && (!before || KnownTime(query_.at->high) < *before))
    before = KnownTime(query_.at->high);
  for (std::uint32_t i = 0; i < reader_.sources().shards.count(); ++i) {
    const ShardView& view = reader_.view({i});
    auto end = before ? first_since(view, *before) : Result<events::Offset>(view.next_offset());
    if (!end) return end.error();
    if (auto kept = keep_if_left(Backwards(view, *end)); !kept) return kept;
  }
  return {};
}

Status LogHistory::keep_if_left(Backwards walk) {
  const auto more = walk.next();
  if (!more) return more.error();
  if (!*more || (query_.since && walk.change().known_time < *query_.since)) return {};
  std::string key = walk.key();
  walks_.emplace_back(std::move(key), std::move(walk));
  std::ranges::push_heap(walks_, older_first);
  return {};
}

bool LogHistory::may_see(const Change& change, const events::EventOutcome& event) const {
  constexpr std::string_view record = "Patient/";
  const std::string_view stream = change.stream_name;
  const auto patient = stream.starts_with(record) ? stream.substr(record.size()) : "";
  return ops::auth::permit(request_.principal,
                           {ops::auth::Access::read, events::type_name(event.type), patient})
      .has_value();
}

Result<bool> LogHistory::look_at(const Backwards& walk) {
  const auto& event = walk.event();
  const auto& change = walk.change();
  const bool wanted = type_ ? event.type == *type_ : event.type != events::ResourceType::Setting;
  if (!wanted || !makes_a_version(event.effect) || !may_see(change, event)) return false;
  const auto row = walk.view().version(change.stream, event.type, event.id.text(), event.version);
  if (!row) return row.error();
  if (!*row) return events::corrupt("a version that a commit made is not there");
  const auto shown = shows(query_, walk.view(), change.stream, event.type, event.id.text(), **row);
  if (!shown || !*shown) return shown;
  if (bundle_.entries() == query_.page.count || bundle_.full()) return true;
  if (auto added = add_version(reader_, change.stream, event.type, event.id.text(), **row, bundle_);
      !added)
    return added.error();
  return false;
}

Result<std::string> LogHistory::page() {
  if (auto begun = begin(); !begun) return begun.error();
  std::size_t looked_at = 0;
  while (!walks_.empty()) {
    std::ranges::pop_heap(walks_, older_first);
    auto [key, walk] = std::move(walks_.back());
    walks_.pop_back();
    if (!query_.page.after || key > *query_.page.after) {
      const auto full = looked_at == events_looked_at_max ? Result<bool>(true) : look_at(walk);
      if (!full) return full.error();
      if (*full) {
        bundle_.link("next", link_to(request_.base_url, request_.path, query_.page.used,
                                     encode_cursor(query_.page.fingerprint, last_)));
        break;
      }
      ++looked_at;
      last_ = std::move(key);
    }
    if (auto kept = keep_if_left(std::move(walk)); !kept) return kept.error();
  }
  return std::move(bundle_).finish();
}

Response answer(const Sources& sources, const Request& request,
                std::optional<events::ResourceType> type) {
  const auto query = parse_history(request);
  if (!query) return ops::http::outcome_response(query.error());
  if (query->page.count_only || query->page.total == Page::Total::accurate) {
    return ops::http::outcome_response(
        events::invalid("_total, _summary=count: versions of many resources are not counted; "
                        "leave it out and follow the next links"));
  }
  const std::string_view name = type ? events::type_name(*type) : "_history";
  if (auto allowed = ops::auth::permit(request.principal, {ops::auth::Access::search, name, {}});
      !allowed)
    return ops::http::outcome_response(allowed.error());
  if (auto reached = await_position(sources, request); !reached)
    return ops::http::outcome_response(reached.error());
  Reader reader(sources);
  auto bundle = LogHistory(reader, request, type, *query).page();
  if (!bundle) return ops::http::outcome_response(bundle.error());
  return with_position(Response::fhir(200, std::move(*bundle)), reader.position());
}

}  // namespace

Response type_history(const Sources& sources, const Request& request) {
  if (auto refused = refuse_format(request)) return std::move(*refused);
  const auto type = resource_type_named(request.capture("type"));
  if (!type) return ops::http::outcome_response(type.error());
  return answer(sources, request, *type);
}

Response system_history(const Sources& sources, const Request& request) {
  if (auto refused = refuse_format(request)) return std::move(*refused);
  return answer(sources, request, std::nullopt);
}

}  // namespace query::fhir
