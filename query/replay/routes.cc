#include "query/replay/routes.h"

#include <spdlog/spdlog.h>

#include <atomic>

#include "query/replay/event_json.h"
#include "query/replay/late.h"
#include "query/replay/partition_scan.h"
#include "query/returned.h"

namespace query::replay {
namespace {

using events::Result;
using events::Status;
using ops::http::ChunkSink;
using ops::http::Request;
using ops::http::Response;

constexpr int replays_max = 2;
constexpr std::size_t chunk_bytes = 64u << 10;
constexpr std::chrono::seconds client_patience{30};
// As often it is seen whether anybody still listens, also while nothing matches.
constexpr std::uint64_t events_between_looks = 256;

// Counts while it lives.
class Turn {
 public:
  explicit Turn(std::shared_ptr<std::atomic<int>> running)
      : running_(std::move(running)), is_mine_(running_->fetch_add(1) < replays_max) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { running_->fetch_sub(1); }
  bool is_mine() const { return is_mine_; }

 private:
  const std::shared_ptr<std::atomic<int>> running_;
  const bool is_mine_;
};

// What a stream ends with: a stream without such a line was cut off.
std::string last_line(std::uint64_t events, const events::PositionToken& position) {
  return "{\"end\":true,\"events\":" + std::to_string(events) + ",\"position\":\"" +
         position.text() + "\"}\n";
}

// Who is told, for the access log.
struct Listener {
  ops::auth::RecordAccess record;
  ops::auth::Principal who;
  std::string request_id, target;
};

class Told {
 public:
  Told(const Sources& sources, const events::Opener& opener, const Filter& filter,
       const Listener& listener, ChunkSink& sink)
      : sources_(sources),
        opener_(opener),
        filter_(filter),
        listener_(listener),
        sink_(sink),
        lines_(sources.log_id, opener) {}

  Status run(const std::vector<std::shared_ptr<const projections::ShardView>>& views) {
    events::PositionToken position(sources_.log_id);
    for (std::uint32_t i = 0; i < views.size(); ++i) {
      position.see_next({i}, views[i]->next_offset());
      if (auto told = tell({i}, *views[i]); !told) return told;
    }
    chunk_ += last_line(events_, position);
    return flush();
  }

 private:
  Status tell(events::PartitionId partition, const projections::ShardView& view) {
    return scan_partition(sources_, opener_, filter_, partition, view,
                          [this](const projections::ReplayedEvent& told) { return take(told); });
  }
  Status take(const projections::ReplayedEvent& told) {
    if (++looked_at_ % events_between_looks == 0) {
      if (auto there = check_client(); !there) return there;
    }
    if (!filter_.takes(told.event)) return {};
    if (auto added = lines_.add(told, chunk_); !added) return added;
    ++events_;
    ops::auth::note_patient(patient_of_stream(told.event.stream_name));
    ops::auth::note_returned(told.event.type, told.event.id, told.event.version);
    return chunk_.size() < chunk_bytes ? Status() : flush();
  }
  // Writes nothing; gone is also a client of a server that stops.
  Status check_client() {
    if (sink_.write({})) return {};
    return events::unavailable("the client has gone");
  }
  Status flush() {
    if (auto recorded = record(); !recorded) return recorded;
    if (!sink_.write_when_room(std::exchange(chunk_, {}), client_patience))
      return events::unavailable("the client has gone");
    return {};
  }

  // What the chunk tells.
  Status record() {
    if (!listener_.record || shown_.empty()) return {};
    auto entry = shown_.take(listener_.who);
    entry.request_id = listener_.request_id;
    entry.method = "GET";
    entry.route = "/audit/replay";
    entry.target = listener_.target;
    entry.status = 200;
    return listener_.record(std::move(entry));
  }

  const Sources& sources_;
  const events::Opener& opener_;
  const Filter& filter_;
  const Listener& listener_;
  ChunkSink& sink_;
  EventLines lines_;
  ops::auth::AccessScope shown_;
  std::string chunk_;
  std::uint64_t looked_at_ = 0, events_ = 0;
};

Response answer(const Sources& sources, const events::Opener& opener,
                const ops::auth::RecordAccess& record,
                const std::shared_ptr<std::atomic<int>>& running, const Request& request) {
  const auto* patient = request.parameter("patient");
  const ops::auth::Question question{ops::auth::Access::feed, "audit",
                                     patient ? std::string_view(*patient) : std::string_view()};
  if (auto begun = begin_read(sources, request, question, names_of(filter_parameters())); !begun)
    return ops::http::problem_response(begun.error());
  auto filter = read_filter(sources, request);
  if (!filter) return ops::http::problem_response(filter.error());
  auto turn = std::make_shared<Turn>(running);
  if (!turn->is_mine())
    return ops::http::problem_response(
        {events::ErrorCode::overloaded, "replay: as many as are told at once are; try again", {}});
  // The moment that it tells up to.
  std::vector<std::shared_ptr<const projections::ShardView>> views;
  events::PositionToken position(sources.log_id);
  for (std::uint32_t i = 0; i < sources.shards.count(); ++i) {
    views.push_back(sources.shards.shard({i}).view());
    position.see_next({i}, views.back()->next_offset());
  }
  Response response;
  response.with("Content-Type", "application/x-ndjson").with("Cache-Control", "no-store");
  response.stream = [&sources, &opener, filter = std::move(*filter), views = std::move(views),
                     listener =
                         Listener{record, request.principal, request.request_id, request.target},
                     turn](const std::shared_ptr<ChunkSink>& sink) {
    if (auto told = Told(sources, opener, filter, listener, *sink).run(views); !told) {
      spdlog::error("replay cut off: {}", told.error().message);
      return sink->cut();
    }
    sink->close();
  };
  return with_position(std::move(response), position);
}

}  // namespace

void add_replay_routes(ops::http::Router& router, const Sources& sources,
                       const events::Opener& opener, ops::auth::RecordAccess record) {
  ops::http::Description description{
      "Accepted events in log order, partition by partition, one JSON object a line; the last line "
      "says `end`",
      filter_parameters(), "application/x-ndjson"};
  description.parameters.push_back(min_position_text());
  router.add(
      "GET", "/audit/replay",
      [&sources, &opener, record = std::move(record),
       running = std::make_shared<std::atomic<int>>(0)](const Request& request) {
        return answer(sources, opener, record, running, request);
      },
      std::move(description));
  add_late_route(router, sources, opener);
}

}  // namespace query::replay
