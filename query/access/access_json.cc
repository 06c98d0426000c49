#include "query/access/access_json.h"

#include <fmt/format.h>

#include <map>

#include "events/clinical_time.h"
#include "ops/auth/access.h"
#include "ops/http/http.h"
#include "ops/http/page.h"
#include "query/access/access_request.h"

namespace query::access {
namespace {

using events::access::Entry;
using events::access::Kind;
using ops::http::html_text;

struct Column {
  std::string_view name;
  std::string (*text)(const Access&);
};

std::string texts_of(const std::vector<std::string>& all) {
  return fmt::format("{}", fmt::join(all, " "));
}

std::string resources_of(const Access& access) {
  std::vector<std::string> all;
  for (const auto& one : access.entry.distinct_resources()) all.push_back(resource_text(one));
  return texts_of(all);
}

constexpr std::array columns{
    Column{"time", [](const Access& a) { return events::format_instant(a.entry.time); }},
    Column{"agent", [](const Access& a) { return a.entry.subject; }},
    Column{"role", [](const Access& a) { return a.entry.role; }},
    Column{"site", [](const Access& a) { return a.entry.site; }},
    Column{"purpose", [](const Access& a) { return a.entry.purpose; }},
    Column{"kind", [](const Access& a) { return std::string(kind_word(a.entry.kind)); }},
    Column{"outcome", [](const Access& a) { return std::string(outcome_of(a.entry)); }},
    Column{"status", [](const Access& a) { return std::to_string(a.entry.status); }},
    Column{"method", [](const Access& a) { return a.entry.method; }},
    Column{"query", [](const Access& a) { return a.entry.target; }},
    Column{"recipient", [](const Access& a) { return a.entry.recipient; }},
    Column{"peer", [](const Access& a) { return a.entry.peer; }},
    Column{"request_id", [](const Access& a) { return a.entry.request_id; }},
    Column{"patients", [](const Access& a) { return texts_of(a.entry.patients); }},
    Column{"resources", resources_of},
    Column{"position", [](const Access& a) { return a.entry.position; }},
    Column{"id", [](const Access& a) { return projections::access::to_text(a.place); }},
};

// A cell that a spreadsheet would take for a formula is made text.
std::string csv_cell(std::string text) {
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos)
    text.insert(text.begin(), '\'');
  if (text.find_first_of("\",\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  return quoted + '"';
}

}  // namespace

std::string_view kind_word(Kind kind) {
  switch (kind) {
    case Kind::request:
      return "request";
    case Kind::live:
      return "live";
    case Kind::notification:
      return "notification";
    case Kind::exported:
      return "export";
  }
  return "request";
}

std::string resource_text(const events::access::ResourceVersion& one) {
  return fmt::format("{}/{}/_history/{}", events::type_name(one.type), one.id, one.version.value);
}

void write_agent(const Entry& entry, JsonWriter& json) {
  json.key("agent").begin_object().member("subject", entry.subject);
  json.optional("issuer", entry.issuer).optional("role", entry.role);
  json.optional("site", entry.site).end_object();
}

void write_counts(const Entry& entry, JsonWriter& json) {
  std::map<events::ResourceType, std::uint64_t> counts;
  for (const auto& one : entry.distinct_resources()) ++counts[one.type];
  json.key("what").begin_array();
  for (const auto& [type, count] : counts) {
    json.begin_object().member("type", events::type_name(type)).member("count", count).end_object();
  }
  json.end_array();
}

void note_patients(const Entry& entry) {
  for (const auto& patient : entry.patients) ops::auth::note_patient(patient);
}

void write_access(const Access& access, JsonWriter& json) {
  const Entry& entry = access.entry;
  note_patients(entry);
  json.begin_object().member("id", projections::access::to_text(access.place));
  json.member("time", events::format_instant(entry.time)).member("kind", kind_word(entry.kind));
  write_agent(entry, json);
  json.optional("purpose", entry.purpose).optional("request_id", entry.request_id);
  json.member("method", entry.method).member("route", entry.route).member("query", entry.target);
  json.optional("form", entry.form).optional("peer", entry.peer);
  json.member("status", std::uint64_t{entry.status}).member("outcome", outcome_of(entry));
  json.optional("position", entry.position).optional("recipient", entry.recipient);
  json.key("patients").begin_array();
  for (const auto& patient : entry.patients) json.value(patient);
  json.end_array().key("resources").begin_array();
  for (const auto& one : entry.distinct_resources()) {
    json.begin_object().member("type", events::type_name(one.type)).member("id", one.id);
    json.member("version", one.version.value).end_object();
  }
  json.end_array().member("node", events::to_hex(access.node.bytes()));
  json.member("process", events::to_hex(access.boot.bytes()));
  json.member("number", access.number).end_object();
}

const std::string& access_schema() {
  namespace schema = ops::http::schema;
  static const auto made =
      schema::object({{"id", schema::text},
                      {"time", schema::text},
                      {"kind", schema::one_of({"request", "live", "notification", "export"})},
                      {"agent", schema::any_object},
                      {"method", schema::text},
                      {"route", schema::text},
                      {"query", schema::text},
                      {"status", schema::number},
                      {"outcome", schema::one_of({"success", "refused", "failed"})},
                      {"patients", schema::array(schema::text)},
                      {"resources", schema::array(schema::any_object)},
                      {"node", schema::text},
                      {"process", schema::text},
                      {"number", schema::number}},
                     {{"purpose", schema::text},
                      {"request_id", schema::text},
                      {"form", schema::text},
                      {"peer", schema::text},
                      {"position", schema::text},
                      {"recipient", schema::text}});
  return made;
}

std::string to_csv(std::span<const Access> accesses) {
  std::string csv;
  for (const auto& column : columns)
    csv += fmt::format("{}{}", csv.empty() ? "" : ",", column.name);
  csv += "\r\n";
  for (const auto& access : accesses) {
    note_patients(access.entry);
    std::vector<std::string> cells;
    for (const auto& column : columns) cells.push_back(csv_cell(column.text(access)));
    csv += fmt::format("{}\r\n", fmt::join(cells, ","));
  }
  return csv;
}

std::string to_html(std::string_view title, std::span<const Access> accesses,
                    std::string_view note) {
  std::string html = ops::http::page_head(title);
  html += fmt::format(
      "<h1>{}</h1><p>{} entries, newest first unless sorted otherwise. {}</p><table><thead><tr>",
      html_text(title), accesses.size(), html_text(note));
  for (const auto& column : columns) html += fmt::format("<th>{}</th>", column.name);
  html += "</tr></thead><tbody>\n";
  for (const auto& access : accesses) {
    note_patients(access.entry);
    html += "<tr>";
    for (const auto& column : columns)
      html += fmt::format("<td>{}</td>", html_text(column.text(access)));
    html += "</tr>\n";
  }
  return html + "</tbody></table></body></html>\n";
}

}  // namespace query::access
