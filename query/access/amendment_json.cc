#include "query/access/amendment_json.h"

#include "events/clinical_time.h"
#include "ops/http/description.h"
#include "query/access/versioned_reference.h"

namespace query::access {
namespace {

using events::format_instant;

void write_author(std::string_view name, const CommitAuthor& author, JsonWriter& json) {
  json.key(name).begin_object().optional("actor", author.subject);
  json.optional("role", author.role).optional("site", author.site).end_object();
}

}  // namespace

events::Status AmendmentWriter::write(const AmendmentTask& task) {
  const auto& newest = task.steps.back();
  json_.begin_object().member("task", task.id).member("version", newest.version.value);
  json_.member("fhir", "/fhir/Task/" + task.id).member("status", newest.status);
  asked(task);
  term(task);
  decision(task);
  json_.key("about");
  if (auto written = focus_.write(task, json_); !written) return written;
  if (auto written = focus_.write_outputs(task, json_); !written) return written;
  history(task);
  notes(task);
  json_.end_object();
  return {};
}

void AmendmentWriter::named(std::string_view name, const Named& who) {
  if (who.reference.empty() && who.display.empty()) return;
  const auto of = versioned_reference(who.reference, focus_.base_url);
  std::string_view display;
  if (of) display = names_.of(of->type, of->id);
  json_.key(name).begin_object().optional("reference", who.reference);
  json_.optional("display", display.empty() ? std::string_view(who.display) : display);
  json_.end_object();
}

void AmendmentWriter::asked(const AmendmentTask& task) {
  const auto& first = task.steps.front();
  json_.key("asked").begin_object();
  named("by", task.requester);
  json_.optional("authored", task.authored_on);
  json_.member("recorded", format_instant(first.recorded));
  write_author("recorded_by", first.by, json_);
  json_.optional("description", task.description);
  json_.optional("later_description", task.later_description).end_object();
}

void AmendmentWriter::term(const AmendmentTask& task) {
  const auto term = term_of(task.authored_on, task.steps, now_);
  json_.member("due", term.due).member("open", closed_by(task.steps) == nullptr);
  json_.member("days_open", term.days_open).member("overdue", term.overdue);
}

void AmendmentWriter::decision(const AmendmentTask& task) {
  const auto decided = decision_of(task.steps);
  if (!decided) return;
  json_.key("decision").begin_object().member("outcome", decided->outcome);
  write_author("by", decided->step->by, json_);
  json_.member("recorded", format_instant(decided->step->recorded));
  json_.member("version", decided->step->version.value);
  json_.optional("reason", decided->reason).end_object();
}

void AmendmentWriter::history(const AmendmentTask& task) {
  json_.key("history").begin_array();
  for (const auto& step : task.steps) {
    json_.begin_object().member("version", step.version.value).member("status", step.status);
    json_.member("recorded", format_instant(step.recorded));
    json_.member("commit", step.commit.text());
    write_author("by", step.by, json_);
    json_.optional("reason", step.reason).end_object();
  }
  json_.end_array();
}

void AmendmentWriter::notes(const AmendmentTask& task) {
  json_.key("notes").begin_array();
  for (const auto& note : task.notes) {
    json_.begin_object().optional("text", note.text).optional("time", note.time);
    named("by", note.author);
    json_.end_object();
  }
  json_.end_array();
}

std::string amendment_schema() {
  namespace schema = ops::http::schema;
  const auto objects = schema::array(schema::any_object);
  return schema::object({{"task", schema::fhir_id},
                         {"version", schema::number},
                         {"fhir", schema::text},
                         {"status", schema::text},
                         {"asked", schema::any_object},
                         {"due", schema::text},
                         {"open", schema::yes_or_no},
                         {"days_open", schema::number},
                         {"overdue", schema::yes_or_no},
                         {"about", schema::any_object},
                         {"output", objects},
                         {"history", objects},
                         {"notes", objects}},
                        {{"decision", schema::any_object}});
}

}  // namespace query::access
