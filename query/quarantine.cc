#include "query/quarantine.h"

#include <fmt/format.h>

#include "ops/auth/access.h"
#include "query/patient_answer.h"
#include "query/returned.h"

namespace query {
namespace {

using events::Result;
using events::Status;
using ops::http::Request;
using ops::http::Response;

constexpr std::size_t records_of_shard_max = 100;

// Both lists, of all shards.
class Quarantine {
 public:
  explicit Quarantine(const Sources& sources) : sources_(sources), position_(sources.log_id) {}

  Status read_shard(events::PartitionId partition) {
    const auto view = sources_.shards.shard(partition).view();
    position_.see_next(partition, view->next_offset());
    const auto parked = view->parked(std::nullopt);
    if (!parked) return parked.error();
    for (const auto& one : *parked) {
      if (auto written = write_parked(*view, one); !written) return written;
    }
    const auto records = view->quarantined(records_of_shard_max);
    if (!records) return records.error();
    for (const auto& one : *records) write_record(one);
    return {};
  }

  Response answer() && {
    JsonWriter json;
    json.begin_object().member("position", position_.text());
    json.key("parked").raw(std::move(parked_.end_array()).take());
    json.key("records").raw(std::move(records_.end_array()).take()).end_object();
    return with_position(Response::json(200, std::move(json).take()), position_);
  }

 private:
  // The stream's name stands in its changes only.
  Status write_parked(const projections::ShardView& view, const projections::ParkedPatient& one) {
    const auto changes = view.changes(one.since.offset, one.stream, 1);
    if (!changes) return changes.error();
    const std::string name = changes->empty() ? std::string() : changes->front().stream_name;
    const auto patient = patient_of_stream(name);
    if (!patient.empty()) ops::auth::note_patient(patient);
    events::PositionToken since(sources_.log_id);
    since.see_next(one.since.partition, one.since.offset);
    parked_.begin_object().member("projection", one.projection);
    parked_.optional("patient", patient).optional("stream", name);
    parked_.member("event", place_of(one.since)).member("since", since.text());
    parked_.member("reason", one.reason).end_object();
    return {};
  }
  void write_record(const projections::QuarantinedRecord& one) {
    records_.begin_object().member("event", place_of(one.position)).member("reason", one.reason);
    records_.member("bytes", static_cast<std::uint64_t>(one.bytes.size())).end_object();
  }

  // As /audit/proof takes it.
  static std::string place_of(const events::Position& position) {
    return fmt::format("{}:{}", position.partition.value, position.offset.value);
  }
  static JsonWriter array() {
    JsonWriter json;
    json.begin_array();
    return json;
  }

  const Sources& sources_;
  events::PositionToken position_;
  JsonWriter parked_ = array(), records_ = array();
};

ops::http::Description quarantine_description() {
  namespace schema = ops::http::schema;
  ops::http::Description description{
      "Patients that a projection could not follow, and records that nobody can read, with "
      "reasons"};
  description.parameters = {min_position_text()};
  const auto parked = schema::object({{"projection", schema::text},
                                      {"event", schema::text},
                                      {"since", schema::position},
                                      {"reason", schema::text}},
                                     {{"patient", schema::text}, {"stream", schema::text}});
  const auto record = schema::object(
      {{"event", schema::text}, {"reason", schema::text}, {"bytes", schema::number}});
  description.schema = schema::object({{"position", schema::position},
                                       {"parked", schema::array(parked)},
                                       {"records", schema::array(record)}});
  return description;
}

}  // namespace

void add_quarantine_route(ops::http::Router& router, const Sources& sources) {
  router.add(
      "GET", "/quarantine",
      [&sources](const Request& request) {
        const ops::auth::Question question{ops::auth::Access::read, "quarantine", {}};
        if (auto begun = begin_read(sources, request, question, {}); !begun)
          return ops::http::problem_response(begun.error());
        Quarantine quarantine(sources);
        for (std::uint32_t shard = 0; shard < sources.shards.count(); ++shard) {
          if (auto read = quarantine.read_shard({shard}); !read)
            return ops::http::problem_response(read.error());
        }
        return std::move(quarantine).answer();
      },
      quarantine_description());
}

}  // namespace query
