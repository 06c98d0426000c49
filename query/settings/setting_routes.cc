#include "query/settings/setting_routes.h"

#include <fmt/format.h>

#include <map>

#include "events/clinical_time.h"
#include "projections/settings.h"
#include "query/json_writer.h"
#include "query/settings/settings_streams.h"

namespace query::settings {
namespace {

using events::Result;
using ops::http::Request;
using ops::http::Response;
using projections::SettingRow;

// A setting as the shards have it: alike in all, but for the moment when it is replaced.
struct InForce {
  SettingRow row;              // of the first shard that has it, whose version is the setting's
  std::size_t partitions = 0;  // that have it
  bool alike = true;
};

class SettingReads {
 public:
  explicit SettingReads(const Sources& sources)
      : sources_(sources), streams_(settings_stream_keys(sources)) {}

  Result<Response> list(const Request&) const {
    events::PositionToken position(sources_.log_id);
    std::map<std::string, InForce> all;
    for (std::uint32_t i = 0; i < streams_.size(); ++i) {
      const auto view = sources_.shards.shard({i}).view();
      position.see_next({i}, view->next_offset());
      const auto rows = projections::settings_of(*view, streams_[i]);
      if (!rows) return rows.error();
      for (const SettingRow& row : *rows) add(row, all[row.name]);
    }
    return with_position(Response::json(200, text_of(all, position)), position);
  }

  Result<Response> payload(const Request& request) const {
    const std::string_view name = request.capture("name");
    const auto view = sources_.shards.shard({0}).view();
    auto payload = projections::setting_payload(*view, streams_[0], name);
    if (!payload) return payload.error();
    const auto row = projections::setting_of(*view, streams_[0], name);
    if (!row) return row.error();
    if (!*payload || !*row) {
      return events::Error{events::ErrorCode::not_found,
                           "no setting of that name is on the log; GET /settings lists them",
                           "name"};
    }
    events::PositionToken position(sources_.log_id);
    position.see_next({0}, view->next_offset());
    auto response = Response::text(200, std::move(**payload));
    response.with("ETag", fmt::format("W/\"{}\"", (*row)->version.value));
    return with_position(std::move(response), position);
  }

 private:
  static void add(const SettingRow& row, InForce& to) {
    to.alike = to.alike && (to.partitions == 0 || to.row.digest == row.digest);
    if (to.partitions == 0) to.row = row;
    ++to.partitions;
  }

  std::string text_of(const std::map<std::string, InForce>& all,
                      const events::PositionToken& position) const {
    JsonWriter json;
    json.begin_object().member("position", position.text()).key("settings").begin_array();
    for (const auto& [name, setting] : all) {
      json.begin_object().member("name", name).member("label", setting.row.label);
      json.member("version", setting.row.version.value).member("sha256", setting.row.digest);
      json.member("bytes", setting.row.bytes).member("by", setting.row.by);
      json.member("since", events::format_instant(setting.row.known_time));
      json.member("everywhere", setting.alike && setting.partitions == streams_.size());
      json.end_object();
    }
    json.end_array().end_object();
    return std::move(json).take();
  }

  const Sources& sources_;
  const std::vector<events::StreamKey> streams_;
};

std::string list_schema() {
  namespace schema = ops::http::schema;
  const std::string count = R"({"type":"integer","minimum":0})";
  return schema::object(
      {{"position", schema::position},
       {"settings", schema::array(schema::object({{"name", schema::text},
                                                  {"label", schema::text},
                                                  {"version", count},
                                                  {"sha256", schema::text},
                                                  {"bytes", count},
                                                  {"by", schema::text},
                                                  {"since", schema::text},
                                                  {"everywhere", schema::yes_or_no}}))}});
}

void add_read(ops::http::Router& router, const Sources& sources, const SettingReads& reads,
              std::string pattern, Result<Response> (SettingReads::*answer)(const Request&) const,
              ops::http::Description description) {
  description.parameters = {min_position_text()};
  router.add(
      "GET", std::move(pattern),
      [&sources, reads, answer](const Request& request) {
        const ops::auth::Question question{ops::auth::Access::read, "settings", {}};
        if (auto begun = begin_read(sources, request, question, {}); !begun)
          return ops::http::problem_response(begun.error());
        auto answered = (reads.*answer)(request);
        return answered ? std::move(*answered) : ops::http::problem_response(answered.error());
      },
      std::move(description));
}

}  // namespace

void add_setting_routes(ops::http::Router& router, const Sources& sources) {
  const SettingReads reads(sources);
  add_read(router, sources, reads, "/settings", &SettingReads::list,
           {"The settings that are in force", {}, "application/json", list_schema()});
  add_read(router, sources, reads, "/settings/{name}", &SettingReads::payload,
           {"A setting's content as it was loaded; its ETag is for If-Match",
            {},
            "text/plain",
            ops::http::schema::text});
}

}  // namespace query::settings
