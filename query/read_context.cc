#include "query/read_context.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "events/schema/clinical_generated.h"
#include "projections/key_codec.h"

namespace query {
namespace {

using events::Error;
using events::ErrorCode;
using events::Offset;
using events::PartitionId;
using events::PositionToken;
using events::Result;
using events::Status;
using ops::http::Request;

constexpr std::string_view min_position = "chartlog-min-position";

Error not_built(std::string_view name) {
  return {ErrorCode::unsupported,
          fmt::format("parameter {}: not built yet; leave it out to ask about now", name),
          std::string(name)};
}

std::string list(const std::vector<std::string_view>& names) {
  return names.size() == 0 ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

// The records between the shard and what was asked for; Kafka's offsets have gaps, so at most.
Error too_far_behind(PartitionId partition, Offset have, Offset want) {
  return events::unavailable(fmt::format(
      "Chartlog-Min-Position: partition {} is at {}, {} records behind the position asked for; "
      "ask again",
      partition.value, have.value, want.value - have.value));
}

Result<bool> has_rows(const projections::ShardView& view, const events::StreamKey& stream) {
  const auto rows = view.rows().scan(view.family("chart"), projections::KeyWriter(stream).key());
  const bool any = rows->valid();
  if (auto read = rows->status(); !read) return read.error();
  return any;
}

}  // namespace

Status begin_read(const Sources& sources, const Request& request,
                  const ops::auth::Question& question,
                  const std::vector<std::string_view>& parameters) {
  if (auto known = check_parameters(request, parameters); !known) return known;
  if (auto allowed = ops::auth::permit(request.principal, question); !allowed) return allowed;
  return await_position(sources, request);
}

Status check_parameters(const Request& request, const std::vector<std::string_view>& known) {
  std::set<std::string_view> seen;
  for (const auto& [name, value] : request.query) {
    const bool is_known = std::find(known.begin(), known.end(), name) != known.end();
    if (!is_known && (name == "asOf" || name == "at")) return not_built(name);
    if (!is_known) {
      return events::invalid(
          fmt::format("parameter {}: not known here; known are: {}", name, list(known)), name);
    }
    if (!seen.insert(name).second) {
      return events::invalid(fmt::format("parameter {}: given twice; give it once", name), name);
    }
  }
  return {};
}

std::vector<std::string_view> names_of(const std::vector<ops::http::ParameterText>& parameters) {
  std::vector<std::string_view> names;
  for (const auto& parameter : parameters) {
    if (parameter.in == "query") names.push_back(parameter.name);
  }
  return names;
}

ops::http::ParameterText min_position_text() {
  return {"Chartlog-Min-Position",
          "a position token: the answer waits until it is reached, then 503",
          ops::http::schema::position, false, "header"};
}

Status check_position(const Sources& sources, const PositionToken& token) {
  if (token.log() != sources.log_id) {
    return events::invalid(fmt::format("position {}: of another log; this one is {}", token.text(),
                                       events::to_hex(sources.log_id.bytes())));
  }
  for (const auto& [partition, next] : token.next_offsets()) {
    if (partition.value >= sources.shards.count()) {
      return events::invalid(fmt::format("position {}: this log has {} partitions", token.text(),
                                         sources.shards.count()));
    }
    if (sources.shards.shard(partition).next_offset() >= next) continue;
    const auto end = sources.log.end(partition);
    if (!end) return end.error();
    if (*end < next) {
      return events::invalid(fmt::format("position {}: beyond the end of partition {}, which is {}",
                                         token.text(), partition.value, end->value));
    }
  }
  return {};
}

Status await_position(const Sources& sources, const Request& request) {
  const auto* asked = request.header(min_position);
  if (asked == nullptr) return {};
  const auto token = PositionToken::parse(*asked);
  if (!token) return token.error();
  if (auto there = check_position(sources, *token); !there) return there;
  const auto deadline = std::chrono::steady_clock::now() + sources.position_wait_max;
  for (const auto& [partition, next] : token->next_offsets()) {
    const auto& shard = sources.shards.shard(partition);
    if (!shard.wait_for(next, deadline)) {
      return too_far_behind(partition, shard.next_offset(), next);
    }
  }
  return {};
}

events::StreamKey patient_stream_key(const Sources& sources, std::string_view patient) {
  return events::stream_key(sources.log_secret,
                            events::patient_stream(events::ResourceId(std::string(patient))));
}

events::StreamKey directory_stream_key(const Sources& sources) {
  return events::stream_key(sources.log_secret, "directory");
}

ops::http::Response with_position(ops::http::Response response, const PositionToken& token) {
  return std::move(response).with("Chartlog-Position", token.text());
}

Result<PatientRead> open_patient(const Sources& sources, std::string_view patient) {
  if (!events::is_fhir_id(patient)) {
    return events::invalid(
        fmt::format("patient {}: not an id; ids are 1 to 64 letters, digits, - and .", patient));
  }
  PatientRead read;
  read.patient = patient;
  read.stream = patient_stream_key(sources, patient);
  const auto& shard = sources.shards.shard_of(read.stream);
  read.view = shard.view();
  read.position = PositionToken(sources.log_id);
  read.position.see_next(shard.partition(), read.view->next_offset());
  const auto row = read.view->current(read.stream, events::ResourceType::Patient, patient);
  if (!row) return row.error();
  if (*row && (*row)->effect == events::EventEffect::deleted) {
    return Error{ErrorCode::gone, fmt::format("Patient/{} was deleted", patient), {}};
  }
  read.recorded = row->has_value();
  if (read.recorded) return read;
  const auto others = has_rows(*read.view, read.stream);
  if (!others) return others.error();
  if (!*others) {
    return Error{
        ErrorCode::not_found, fmt::format("Patient/{}: nothing is known of it", patient), {}};
  }
  return read;
}

Result<std::vector<Incomplete>> incomplete_of(const Sources& sources, const PatientRead& read,
                                              const std::vector<std::string>& projections) {
  const auto parked = read.view->parked(read.stream);
  if (!parked) return parked.error();
  std::vector<Incomplete> incomplete;
  for (const auto& one : *parked) {
    if (std::find(projections.begin(), projections.end(), one.projection) == projections.end()) {
      continue;
    }
    PositionToken since(sources.log_id);
    since.see_next(one.since.partition, one.since.offset);
    incomplete.push_back({one.projection, std::move(since)});
  }
  return incomplete;
}

}  // namespace query
