#include "query/audit/checkpoints.h"

#include <fmt/format.h>

#include <charconv>

#include "query/json_writer.h"
#include "query/patient_answer.h"

namespace query::audit {
namespace {

using events::Offset;
using events::Result;
using ops::http::Request;
using ops::http::Response;

constexpr events::PartitionId only_partition{0};
constexpr std::size_t checkpoints_default = 100, checkpoints_max = 1000;
constexpr std::size_t page_bytes = 1u << 20;
constexpr std::chrono::milliseconds page_patience{2000};

Result<CheckpointPage> page_asked(events::EventLog& log, const projections::Notary& notary,
                                  const Request& request) {
  const auto count = count_parameter(request, "_count", checkpoints_default, checkpoints_max);
  if (!count) return count.error();
  if (const auto* text = request.parameter("since")) {
    Offset since;
    const auto [end, error] =
        std::from_chars(text->data(), text->data() + text->size(), since.value);
    if (error != std::errc() || end != text->data() + text->size() || since.value < 0) {
      return events::invalid(
          fmt::format("parameter since: \"{}\" is no number; write the `next` of the page before, "
                      "or 0",
                      *text),
          "since");
    }
    return read_checkpoints(log, since, *count);
  }
  const auto end = log.end(only_partition);
  if (!end) return end.error();
  CheckpointPage page{{}, *end};
  for (auto& newest : notary.newest()) page.notes.push_back(std::move(newest.note));
  return page;
}

Response write_page(const Sources& sources, const projections::Notary& notary,
                    const CheckpointPage& page) {
  events::PositionToken position(sources.log_id);
  for (const auto& newest : notary.newest())
    position.see_next(newest.checkpoint.origin.partition, newest.checkpoint.next);
  JsonWriter json;
  json.begin_object().member("position", position.text());
  json.key("keys").begin_array();
  for (const auto& signer : notary.signers()) json.value(signer.text());
  json.end_array();
  json.key("checkpoints").begin_array();
  for (const auto& note : page.notes) json.value(note);
  json.end_array().member("next", static_cast<std::uint64_t>(page.next.value)).end_object();
  return with_position(Response::json(200, std::move(json).take()), position);
}

}  // namespace

Result<CheckpointPage> read_checkpoints(events::EventLog& log, Offset since, std::size_t count) {
  const auto end = log.end(only_partition);
  if (!end) return end.error();
  CheckpointPage page{{}, since};
  if (since > *end) {
    return events::invalid(
        fmt::format("parameter since: {} is beyond the end, which is {}", since.value, end->value),
        "since");
  }
  if (since == *end) return page;
  const auto reader = log.read(only_partition, since);
  if (!reader) return reader.error();
  while (page.notes.size() < count && page.next < *end) {
    auto records = (*reader)->next(page_bytes, page_patience);
    if (!records) return records.error();
    if (records->empty()) {
      return events::unavailable(
          fmt::format("the log of checkpoints ends at offset {}, but gives nothing after {} now; "
                      "ask again",
                      end->value, page.next.value));
    }
    for (auto& record : *records) {
      if (page.notes.size() == count) break;
      page.next = record.offset.next();
      if (record.key != projections::signer_record) page.notes.push_back(std::move(record.value));
    }
  }
  return page;
}

void add_checkpoint_routes(ops::http::Router& router, const Sources& sources,
                           projections::Notary& notary, events::EventLog& checkpoints) {
  namespace schema = ops::http::schema;
  const auto number = schema::whole_number(0, 9'000'000'000'000'000'000);
  ops::http::Description description{
      "Signed checkpoints of the log, as signed notes; without since the newest of each partition"};
  description.parameters = {
      {"since", "the value of `next` of the page before; 0 for the first", number},
      count_text("_count", checkpoints_default, checkpoints_max),
      min_position_text()};
  description.schema = schema::object({{"position", schema::position},
                                       {"keys", schema::array(schema::text)},
                                       {"checkpoints", schema::array(schema::text)},
                                       {"next", number}});
  router.add(
      "GET", "/audit/checkpoints",
      [&sources, &notary, &checkpoints](const Request& request) {
        const ops::auth::Question question{ops::auth::Access::read, "audit", {}};
        if (auto begun = begin_read(sources, request, question, {"since", "_count"}); !begun)
          return ops::http::problem_response(begun.error());
        const auto page = page_asked(checkpoints, notary, request);
        return page ? write_page(sources, notary, *page)
                    : ops::http::problem_response(page.error());
      },
      std::move(description));
}

}  // namespace query::audit
