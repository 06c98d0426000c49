#include "query/access/amendments.h"

#include <fmt/format.h>

#include "query/access/amendment_json.h"
#include "query/access/amendment_list.h"
#include "query/access/versioned_reference.h"
#include "query/as_of.h"
#include "query/patient_answer.h"

namespace query::access {
namespace {

namespace schema = ops::http::schema;
using events::Result;
using events::Status;
using ops::http::Request;

constexpr std::size_t limit_default = 50, limit_max = 200;

// `about=Type/id`: of requests about one resource only; nothing if it is not given.
Result<std::optional<VersionedReference>> read_about(const Request& request) {
  const auto* text = request.parameter("about");
  if (text == nullptr) return std::optional<VersionedReference>();
  auto about = versioned_reference(*text, request.base_url);
  if (about) return about;
  return events::invalid(
      fmt::format("parameter about: \"{}\" names no resource; write Type/id", *text), "about");
}

bool is_about(const AmendmentTask& task, const VersionedReference& about,
              std::string_view base_url) {
  const auto focus = versioned_reference(task.focus.reference, base_url);
  return focus && focus->type == about.type && focus->id == about.id &&
         (!about.version.exists() || focus->version == about.version);
}

struct AskedAbout {
  std::size_t limit = limit_default;
  std::optional<VersionedReference> about;
  events::KnownTime now;
};

Result<AskedAbout> read_asked_about(const Request& request, const PatientRead& read) {
  const auto limit = count_parameter(request, "limit", limit_default, limit_max);
  if (!limit) return limit.error();
  const auto about = read_about(request);
  if (!about) return about.error();
  const auto moment = moment_of(request, read);
  if (!moment) return moment.error();
  return AskedAbout{*limit, *about, events::KnownTime(moment->known_until)};
}

// Writes the newest; whether there are more.
Result<bool> write_newest(const AmendmentFocus& focus, const AskedAbout& asked, JsonWriter& json) {
  const auto ids = amendment_ids(focus.source.read, asked.about);
  if (!ids) return ids.error();
  Names names(focus.source.sources);
  AmendmentWriter writer(focus, names, asked.now, json);
  std::size_t shown = 0;
  for (const auto& id : *ids) {
    if (shown == asked.limit) return true;
    const auto task = amendment_task(focus.source, id);
    if (!task) return task.error();
    if (asked.about && !is_about(*task, *asked.about, focus.base_url)) continue;
    if (auto written = writer.write(*task); !written) return written.error();
    ++shown;
  }
  return false;
}

Status write_amendments(const AmendmentSource& source, const Request& request, JsonWriter& json) {
  const auto asked = read_asked_about(request, source.read);
  if (!asked) return asked.error();
  if (!source.read.recorded) json.member("note", "patient not yet recorded");
  json.key("limit").begin_object().member("days", std::uint64_t{amendment_limit.count()});
  json.member("rule", "45 CFR 164.526(b)(2)").end_object();
  json.key("amendments").begin_array();
  const auto more = write_newest({source, request.base_url}, *asked, json);
  if (!more) return more.error();
  json.end_array().member("more", *more);
  return {};
}

}  // namespace

void add_amendment_routes(ops::http::Router& router, const Sources& sources,
                          const events::Opener& opener) {
  PatientRoute route{"/charts/{patient}/amendments",
                     "Requests to amend the record (45 CFR 164.526): what was asked, what was "
                     "decided, what became of it"};
  route.parameters = {
      count_text("limit", limit_default, limit_max),
      {"about", "those about one resource only: Type/id, or a version of it",
       R"({"type":"string","pattern":"^[A-Z][A-Za-z]{1,63}/[A-Za-z0-9.-]{1,64}(/_history/[1-9][0-9]{0,8})?$"})"},
      as_of_text()};
  route.projections = {"directory"};
  route.members = {{"limit", schema::any_object},
                   {"amendments", schema::array(amendment_schema())},
                   {"more", schema::yes_or_no}};
  route.write = [&sources, &opener](const Request& request, const PatientRead& read,
                                    JsonWriter& json) {
    return write_amendments({sources, opener, read}, request, json);
  };
  add_patient_route(router, sources, std::move(route));
}

}  // namespace query::access
