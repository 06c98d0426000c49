#include "query/access/amendment_task.h"

#include <boost/json.hpp>

#include "events/check.h"
#include "projections/event_replay.h"
#include "projections/facts_text.h"
#include "query/access/amendment_list.h"
#include "query/checks/draft_json.h"
#include "query/returned.h"

namespace query::access {
namespace {

namespace json = boost::json;
using checks::list_in;
using checks::member_of;
using checks::text_in;
using events::Result;
using events::Status;
using projections::text_of;
using projections::VersionRow;
using Type = events::ResourceType;

constexpr std::size_t nesting_max = 256;

Result<CommitAuthor> author_of(const AmendmentSource& source, const VersionRow& row) {
  const auto partition = row.position.partition;
  projections::EventReplayOptions options;
  options.stream = source.read.stream;
  options.from = row.position.offset;
  options.end = row.position.offset.next();
  CommitAuthor author;
  const auto take = [&](const projections::ReplayedEvent& told) {
    const auto* who = told.event.who;
    if (who != nullptr)
      author = {std::string(text_of(who->subject())), std::string(text_of(who->role())),
                std::string(text_of(who->site()))};
    return Status();
  };
  const auto view = source.sources.shards.shard(partition).view();
  const auto told = projections::replay_changes(*view, source.sources.log, source.opener, partition,
                                                options, take);
  if (!told) return told.error();
  return author;
}

std::string concept_text(const json::value* from) {
  if (from == nullptr) return {};
  if (const auto text = text_in(*from, "text"); !text.empty()) return std::string(text);
  const auto* codings = list_in(*from, "coding");
  if (codings == nullptr || codings->empty()) return {};
  const auto display = text_in(codings->front(), "display");
  return std::string(display.empty() ? text_in(codings->front(), "code") : display);
}

Named named_in(const json::value& object, std::string_view member) {
  const auto* found = member_of(object, member);
  if (found == nullptr) return {};
  return {std::string(text_in(*found, "reference")), std::string(text_in(*found, "display"))};
}

AmendmentNote note_of(const json::value& from) {
  auto author = named_in(from, "authorReference");
  if (author.reference.empty() && author.display.empty())
    author.display = text_in(from, "authorString");
  return {std::string(text_in(from, "text")), std::string(text_in(from, "time")),
          std::move(author)};
}

void read_asked(const json::value& body, AmendmentTask& task) {
  task.requester = named_in(body, "requester");
  task.authored_on = text_in(body, "authoredOn");
  task.description = text_in(body, "description");
}

void read_newest(const json::value& body, AmendmentTask& task) {
  task.focus = named_in(body, "focus");
  if (const auto now = text_in(body, "description"); now != task.description)
    task.later_description = now;
  if (const auto* outputs = list_in(body, "output")) {
    for (const auto& output : *outputs) {
      auto named = named_in(output, "valueReference");
      if (!named.reference.empty()) task.outputs.push_back(std::move(named));
    }
  }
  if (const auto* notes = list_in(body, "note")) {
    for (const auto& note : *notes) task.notes.push_back(note_of(note));
  }
}

Result<json::value> body_of(const AmendmentSource& source, const std::string& id,
                            const VersionRow& row) {
  const auto document = show_document(source.sources, source.read.stream, Type::Task, id, row);
  if (!document) return document.error();
  json::parse_options deep;
  deep.max_depth = nesting_max;
  boost::system::error_code fault;
  auto body = json::parse(*document, fault, {}, deep);
  if (fault) return events::corrupt("a Task's document is no JSON: " + fault.message());
  return body;
}

Status add_step(const AmendmentSource& source, const VersionRow& row, AmendmentTask& task,
                json::value& newest) {
  auto by = author_of(source, row);
  if (!by) return by.error();
  AmendmentStep step{row.version, "deleted", {}, row.known_time, row.position, {}, std::move(*by)};
  step.commit = {row.position.partition, row.commit};
  if (row.sealed.empty()) {
    note_version(source.sources, source.read.stream, Type::Task, task.id, row);
  } else {
    auto body = body_of(source, task.id, row);
    if (!body) return body.error();
    step.status = text_in(*body, "status");
    step.reason = concept_text(member_of(*body, "statusReason"));
    if (newest.is_null()) read_asked(*body, task);
    newest = std::move(*body);
  }
  task.steps.push_back(std::move(step));
  return {};
}

}  // namespace

Result<AmendmentTask> amendment_task(const AmendmentSource& source, const std::string& id) {
  const auto versions = source.read.view->history(source.read.stream, Type::Task, id);
  if (!versions) return versions.error();
  AmendmentTask task;
  task.id = id;
  json::value newest;
  for (auto row = versions->rbegin(); row != versions->rend(); ++row) {
    if (task.steps.empty() && !is_amendment(*row)) continue;
    if (auto added = add_step(source, *row, task, newest); !added) return added.error();
  }
  CHECK(!task.steps.empty());  // what amendment_ids() found has one
  read_newest(newest, task);
  return task;
}

}  // namespace query::access
