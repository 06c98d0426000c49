#include "query/audit/consistency.h"

#include <fmt/format.h>

#include <charconv>

#include "events/hmac.h"
#include "events/proof/base64.h"
#include "query/json_writer.h"

namespace query::audit {
namespace {

using events::Result;
using events::proof::Hash;
using ops::http::Request;
using ops::http::Response;

constexpr std::size_t size_max = 9'000'000'000'000'000'000;

struct SizesAsked {
  events::PartitionId partition;
  std::uint64_t first = 0;
  std::optional<std::uint64_t> second;
};

Result<std::uint64_t> read_size(const std::string& name, const std::string& text,
                                const char* meant) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number <= size_max) return number;
  return events::invalid(
      fmt::format("parameter {}: \"{}\" is no number; write {}", name, text, meant), name);
}

constexpr auto size_meant = "the size that a checkpoint has, its second line";

Result<SizesAsked> sizes_asked(const Sources& sources, const Request& request) {
  const auto* partition = request.parameter("partition");
  const auto* from = request.parameter("from");
  const auto* to = request.parameter("to");
  if (partition == nullptr || from == nullptr) {
    return events::invalid(
        "give partition=<number> and from=<size> of a checkpoint, and to=<size> of a later one if "
        "not that of now",
        partition == nullptr ? "partition" : "from");
  }
  const auto number = read_size("partition", *partition, "the last part of a checkpoint's origin");
  if (!number) return number.error();
  if (*number >= sources.shards.count()) {
    return events::Error{events::ErrorCode::not_found,
                         fmt::format("parameter partition: {} is not there; this log has {}",
                                     *number, sources.shards.count()),
                         "partition"};
  }
  SizesAsked asked{{static_cast<std::uint32_t>(*number)}, 0, {}};
  const auto first = read_size("from", *from, size_meant);
  if (!first) return first.error();
  asked.first = *first;
  if (to == nullptr) return asked;
  const auto second = read_size("to", *to, size_meant);
  if (!second) return second.error();
  asked.second = *second;
  return asked;
}

void write_tree(JsonWriter& json, const char* name, std::uint64_t size, const Hash& root) {
  json.key(name).begin_object().member("size", size);
  json.member("root", events::proof::to_base64(events::bytes_of(root))).end_object();
}

Response write_steps(const Sources& sources, const projections::Notary& notary,
                     const projections::ProvenSteps& steps, const events::Offset& next) {
  events::PositionToken position(sources.log_id);
  position.see_next(steps.origin.partition, next);
  JsonWriter json;
  json.begin_object().member("format", "chartlog-consistency/1");
  json.member("position", position.text());
  json.member("notice",
              "what is proven: the records of the first tree are the first ones of the second; "
              "hold the roots against checkpoints that are signed");
  json.member("key", notary.verifier().text()).member("origin", steps.origin.text());
  write_tree(json, "from", steps.first, steps.first_root);
  write_tree(json, "to", steps.second, steps.second_root);
  json.key("path").begin_array();
  for (const auto& hash : steps.path) json.value(events::proof::to_base64(events::bytes_of(hash)));
  json.end_array();
  if (steps.signed_checkpoint) json.member("checkpoint", steps.signed_checkpoint->note);
  json.end_object();
  return with_position(Response::json(200, std::move(json).take()), position);
}

Result<Response> answer_steps(const Sources& sources, projections::Notary& notary,
                              const Request& request) {
  const auto asked = sizes_asked(sources, request);
  if (!asked) return asked.error();
  const auto steps = notary.prove_steps(asked->partition, asked->first, asked->second);
  if (!steps) return steps.error();
  const auto next = sources.shards.shard(asked->partition).next_offset();
  return write_steps(sources, notary, *steps, next);
}

ops::http::Description consistency_description() {
  namespace schema = ops::http::schema;
  const auto number = schema::whole_number(0, size_max);
  const auto tree = schema::object({{"size", number}, {"root", schema::text}});
  ops::http::Description description{
      "That the log of an earlier checkpoint is the beginning of that of a later one, offline"};
  description.parameters = {
      {"partition", "of the checkpoints: the last part of their origin", number, true},
      {"from", "size of the earlier checkpoint", number, true},
      {"to", "size of the later one; without it that of now, signed", number},
      min_position_text()};
  description.schema = schema::object({{"format", schema::one_of({"chartlog-consistency/1"})},
                                       {"position", schema::position},
                                       {"notice", schema::text},
                                       {"key", schema::text},
                                       {"origin", schema::text},
                                       {"from", tree},
                                       {"to", tree},
                                       {"path", schema::array(schema::text)}},
                                      {{"checkpoint", schema::text}});
  return description;
}

}  // namespace

void add_consistency_route(ops::http::Router& router, const Sources& sources,
                           projections::Notary& notary) {
  router.add(
      "GET", "/audit/proof/consistency",
      [&sources, &notary](const Request& request) {
        const ops::auth::Question question{ops::auth::Access::read, "audit", {}};
        if (auto begun = begin_read(sources, request, question, {"partition", "from", "to"});
            !begun)
          return ops::http::problem_response(begun.error());
        auto answer = answer_steps(sources, notary, request);
        return answer ? std::move(*answer) : ops::http::problem_response(answer.error());
      },
      consistency_description());
}

}  // namespace query::audit
