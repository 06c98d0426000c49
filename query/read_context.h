// What every read does before it answers, and what it says about how fresh it is:
// parameters, policy, the position asked for, the position answered from.
//
//   auto reading = begin_read(sources, request, {Access::read, "charts", patient}, {"limit"});
//   if (!reading) return problem_response(reading.error());
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/log/event_log.h"
#include "events/secrets.h"
#include "ops/http/http.h"
#include "projections/shards.h"

namespace query {

// What answers are made from. All outlive the routes.
struct Sources {
  projections::Shards& shards;
  events::EventLog& log;
  events::LogId log_id;
  events::Secret log_secret;  // blinds the names of streams
  std::chrono::milliseconds position_wait_max{5000};
};

// The three below in one call, in this order.
events::Status begin_read(const Sources& sources, const ops::http::Request& request,
                          const ops::auth::Question& question,
                          const std::vector<std::string_view>& parameters);

// unsupported for asOf and at; invalid for any other parameter that is not in `known`, and
// for a second value of one: a read never ignores what it was asked.
events::Status check_parameters(const ops::http::Request& request,
                                const std::vector<std::string_view>& known);
// What /openapi.json says of parameters: their names; and of Chartlog-Min-Position.
std::vector<std::string_view> names_of(const std::vector<ops::http::ParameterText>& parameters);
ops::http::ParameterText min_position_text();
// Waits for the request's Chartlog-Min-Position, if it has one, up to position_wait_max.
// invalid: not a token, of another log, beyond the log's end as asked now; unavailable: not
// reached in time, the message says how far it is.
events::Status await_position(const Sources& sources, const ops::http::Request& request);
// The same for a token from elsewhere, without waiting.
events::Status check_position(const Sources& sources, const events::PositionToken& token);

events::StreamKey patient_stream_key(const Sources& sources, std::string_view patient);
events::StreamKey directory_stream_key(const Sources& sources);

// Adds header Chartlog-Position.
ops::http::Response with_position(ops::http::Response response, const events::PositionToken& token);

// One patient's stream and its shard's rows at one moment.
struct PatientRead {
  std::string patient;
  events::StreamKey stream;
  std::shared_ptr<const projections::ShardView> view;
  events::PositionToken position;  // of that shard, as `view` has it
  // Accepted commits of the record, not more than `view` has: what comes later makes a write that
  // rests on it stale (Chartlog-If-Record). Only where a route asks for it.
  std::optional<std::uint64_t> commits;
  bool recorded = false;  // there is a Patient resource; else only others that name it
};
// not_found: nothing is known of the patient; gone: the Patient was deleted.
events::Result<PatientRead> open_patient(const Sources& sources, std::string_view patient);

// Which of these projections lack events of the stream, as `name since position`.
struct Incomplete {
  std::string projection;
  events::PositionToken since;
};
events::Result<std::vector<Incomplete>> incomplete_of(const Sources& sources,
                                                      const PatientRead& read,
                                                      const std::vector<std::string>& projections);

}  // namespace query
