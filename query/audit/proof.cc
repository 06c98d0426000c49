#include "query/audit/proof.h"

#include <fmt/format.h>

#include "events/hmac.h"
#include "events/place_text.h"
#include "events/proof/base64.h"
#include "projections/change_rows.h"
#include "projections/families.h"
#include "query/audit/checkpoints.h"
#include "query/audit/consistency.h"
#include "query/json_writer.h"

namespace query::audit {
namespace {

using events::Error;
using events::ErrorCode;
using events::Offset;
using events::PartitionId;
using events::Result;
using events::Status;
using events::StreamKey;
using events::proof::to_base64;
using ops::http::Request;
using ops::http::Response;
using projections::ChangeRow;
using projections::ShardView;

constexpr std::size_t record_bytes_max = 64u << 20;  // of one answer
constexpr std::chrono::milliseconds log_patience{5000};

// What is asked about.
struct ProofAsked {
  PartitionId partition;
  std::string patient;              // with it: its stream
  std::optional<StreamKey> stream;  // with it: everything of it, and that it is everything
  std::optional<Offset> offset;
  std::optional<events::CommitKey> commit;
};

Result<ProofAsked> ask_patient(const Sources& sources, const std::string& patient) {
  const auto read = open_patient(sources, patient);
  if (!read && read.error().code != ErrorCode::gone) return read.error();
  ProofAsked asked;
  asked.patient = patient;
  asked.stream = patient_stream_key(sources, patient);
  asked.partition = sources.shards.shard_of(*asked.stream).partition();
  return asked;
}

Result<ProofAsked> ask_event(const Sources& sources, const std::string& event) {
  const auto place = events::parse_place(event);
  if (!place) {
    return events::invalid(
        fmt::format("parameter event: \"{}\" is no place; write <partition>:<offset>", event),
        "event");
  }
  if (place->partition.value >= sources.shards.count()) {
    return Error{ErrorCode::not_found,
                 fmt::format("parameter event: partition {} is not there; this log has {}",
                             place->partition.value, sources.shards.count()),
                 "event"};
  }
  ProofAsked asked;
  asked.partition = place->partition;
  asked.offset = place->offset;
  return asked;
}

Result<ProofAsked> ask_commit(const Sources& sources, const std::string& text) {
  const auto id = events::CommitId::parse(text);
  if (!id) {
    return events::invalid(
        fmt::format("parameter commit: \"{}\" is no commit id; write <partition>.<32 hex digits>, "
                    "as Chartlog-Commit has it",
                    text),
        "commit");
  }
  if (id->partition.value >= sources.shards.count()) {
    return Error{ErrorCode::not_found, fmt::format("parameter commit: {} is not known here", text),
                 "commit"};
  }
  ProofAsked asked;
  asked.partition = id->partition;
  asked.commit = id->key;
  return asked;
}

Result<ProofAsked> read_proof_question(const Sources& sources, const Request& request) {
  const auto* patient = request.parameter("patient");
  const auto* event = request.parameter("event");
  const auto* commit = request.parameter("commit");
  if ((patient != nullptr) + (event != nullptr) + (commit != nullptr) != 1) {
    return events::invalid(
        "a proof is of one thing; give one of patient=<id>, event=<partition>:<offset> or "
        "commit=<commit id>");
  }
  if (patient != nullptr) return ask_patient(sources, *patient);
  return event != nullptr ? ask_event(sources, *event) : ask_commit(sources, *commit);
}

// The records of a commit that was decided, whichever way.
Result<std::vector<Offset>> records_of_commit(const ShardView& view, PartitionId partition,
                                              const events::CommitKey& commit) {
  const auto rows =
      view.rows().scan(projections::ledger_family, projections::commit_prefix(commit));
  if (auto read = rows->status(); !read) return read.error();
  if (!rows->valid()) {
    return Error{ErrorCode::not_found,
                 fmt::format("parameter commit: {} is not known here",
                             events::CommitId{partition, commit}.text()),
                 "commit"};
  }
  const auto row = projections::decode_commit_row(rows->value());
  if (!row) return row.error();
  const auto change = projections::change_at(view.rows(), {partition, row->offset});
  if (!change) return change.error();
  return *change ? (*change)->records : std::vector<Offset>{row->offset};
}

Result<events::LogRecord> record_at(const Sources& sources, PartitionId partition, Offset offset) {
  const auto reader = sources.log.read(partition, offset);
  if (!reader) return reader.error();
  auto records = (*reader)->next(1, log_patience);
  if (!records) return records.error();
  if (records->empty() || records->front().offset != offset)
    return events::unavailable("the log does not give the record now; ask again");
  return std::move(records->front());
}

class ProofBundle {
 public:
  ProofBundle(const Sources& sources, projections::Notary& notary, ProofAsked asked)
      : sources_(sources), notary_(notary), asked_(std::move(asked)) {}

  Result<Response> answer() {
    auto proven = notary_.prove(asked_.partition, asked_.stream,
                                [this](const ShardView& view) { return choose(view); });
    if (!proven) return proven.error();
    const auto& signed_checkpoint = proven->signed_checkpoint;
    events::PositionToken position(sources_.log_id);
    position.see_next(asked_.partition, signed_checkpoint.checkpoint.next);
    json_.begin_object().member("format", "chartlog-proof/1").member("position", position.text());
    json_.member("notice",
                 "what is proven: these bytes lie on the log as signed; their content is not "
                 "clinically reviewed");
    json_.member("key", notary_.verifier().text()).member("checkpoint", signed_checkpoint.note);
    json_.key("records").begin_array();
    for (const auto& record : proven->records)
      if (auto written = write_record(record); !written) return written.error();
    json_.end_array();
    if (proven->stream) write_stream(*proven->stream);
    json_.end_object();
    return with_position(Response::json(200, std::move(json_).take()), position);
  }

 private:
  Result<std::vector<Offset>> choose(const ShardView& view) {
    if (asked_.offset) return std::vector<Offset>{*asked_.offset};
    if (asked_.commit) return records_of_commit(view, asked_.partition, *asked_.commit);
    auto changes =
        projections::changes_from(view.rows(), asked_.partition, {}, asked_.stream, SIZE_MAX);
    if (!changes) return changes.error();
    changes_ = std::move(*changes);
    std::vector<Offset> offsets;
    for (const auto& change : changes_)
      offsets.insert(offsets.end(), change.records.begin(), change.records.end());
    return offsets;
  }

  void write_hashes(const std::vector<events::proof::Hash>& hashes) {
    json_.begin_array();
    for (const auto& hash : hashes) json_.value(to_base64(events::bytes_of(hash)));
    json_.end_array();
  }

  Status write_record(const projections::RecordProof& proof) {
    const auto record = record_at(sources_, asked_.partition, proof.offset);
    if (!record) return record.error();
    bytes_ += record->value.size();
    if (bytes_ > record_bytes_max) {
      return Error{ErrorCode::too_large,
                   fmt::format("more than {} MiB of records; ask about one commit= or event= at a "
                               "time",
                               record_bytes_max >> 20),
                   {}};
    }
    json_.begin_object().member("offset", number(proof.offset.value)).member("index", proof.index);
    json_.member("append_time", number(record->append_time.time_since_epoch().count()));
    json_.member("key", to_base64(record->key)).member("value", to_base64(record->value));
    json_.key("path");
    write_hashes(proof.path);
    json_.end_object();
    return {};
  }

  static std::uint64_t number(std::int64_t value) { return static_cast<std::uint64_t>(value); }

  void write_stream(const projections::StreamMap::Answer& stream) {
    const auto head = stream.head.value_or(events::proof::StreamHead{});
    json_.key("stream").begin_object();
    json_.member("stream", events::to_hex(asked_.stream->bytes()));
    json_.member("name", events::patient_stream(events::ResourceId(asked_.patient)));
    json_.member("count", head.count).member("head", to_base64(events::bytes_of(head.head)));
    json_.key("siblings");
    write_hashes(stream.proof.siblings);
    if (const auto& met = stream.proof.met) {
      json_.key("met").begin_object();
      json_.member("stream", events::to_hex(met->stream.bytes())).member("count", met->head.count);
      json_.member("head", to_base64(events::bytes_of(met->head.head))).end_object();
    }
    json_.key("commits").begin_array();
    for (const ChangeRow& row : changes_) write_commit(row);
    json_.end_array().end_object();
  }

  void write_commit(const ChangeRow& row) {
    const events::CommitId id{asked_.partition, row.change.commit};
    json_.begin_object().member("commit", id.text()).key("offsets").begin_array();
    for (const auto& offset : row.records) json_.value(number(offset.value));
    json_.end_array().end_object();
  }

  const Sources& sources_;
  projections::Notary& notary_;
  const ProofAsked asked_;
  std::vector<ChangeRow> changes_;  // the patient's
  std::size_t bytes_ = 0;
  JsonWriter json_;
};

Result<Response> answer_proof(const Sources& sources, projections::Notary& notary,
                              const Request& request) {
  auto asked = read_proof_question(sources, request);
  if (!asked) return asked.error();
  return ProofBundle(sources, notary, std::move(*asked)).answer();
}

ops::http::Description proof_description() {
  namespace schema = ops::http::schema;
  const auto number = schema::whole_number(0, 9'000'000'000'000'000'000);
  ops::http::Description description{
      "A bundle that proves, offline, that a patient's record, an event or a commit lies on the "
      "log"};
  description.parameters = {{"patient", "all of one patient, and that it is all", schema::fhir_id},
                            {"event", "<partition>:<offset>"},
                            {"commit", "as Chartlog-Commit has it", schema::commit_id},
                            min_position_text()};
  description.schema = schema::object(
      {{"format", schema::one_of({"chartlog-proof/1"})},
       {"position", schema::position},
       {"notice", schema::text},
       {"key", schema::text},
       {"checkpoint", schema::text},
       {"records", schema::array(schema::object({{"offset", number},
                                                 {"index", number},
                                                 {"append_time", number},
                                                 {"key", schema::text},
                                                 {"value", schema::text},
                                                 {"path", schema::array(schema::text)}}))}},
      {{"stream", schema::any_object}});
  return description;
}

}  // namespace

void add_proof_routes(ops::http::Router& router, const Sources& sources,
                      projections::Notary& notary, events::EventLog& checkpoints) {
  router.add(
      "GET", "/audit/proof",
      [&sources, &notary](const Request& request) {
        const auto* patient = request.parameter("patient");
        const ops::auth::Question question{ops::auth::Access::read, "audit",
                                           patient == nullptr ? std::string_view{} : *patient};
        if (auto begun = begin_read(sources, request, question, {"patient", "event", "commit"});
            !begun)
          return ops::http::problem_response(begun.error());
        auto answer = answer_proof(sources, notary, request);
        return answer ? std::move(*answer) : ops::http::problem_response(answer.error());
      },
      proof_description());
  add_checkpoint_routes(router, sources, notary, checkpoints);
  add_consistency_route(router, sources, notary);
}

}  // namespace query::audit
