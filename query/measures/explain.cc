#include "query/measures/explain.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <mutex>

#include "events/clinical_time.h"
#include "projections/measures/evaluation.h"
#include "projections/quality/content.h"
#include "projections/quality/elm_json.h"
#include "projections/quality/literal_text.h"
#include "projections/quality/record.h"
#include "query/measures/board_asked.h"
#include "query/measures/resource_name.h"

namespace query::measures {
namespace {

namespace quality = projections::quality;
namespace json = boost::json;
using events::Result;
using events::Status;
using quality::Value;

constexpr std::size_t values_max = 100;  // of one definition's list
constexpr std::size_t programs_kept_max = 8;

// A measure's definitions, compiled to be shown. Those that are not supported are left out: no
// population reaches them.
struct Definitions {
  std::shared_ptr<const quality::Content> content;  // programs refer to it; its package may go
  std::vector<std::string> names;
  std::vector<quality::Program> programs;  // one for all, or one a name
};

std::shared_ptr<const Definitions> compile(const kept::Package& package) {
  auto made = std::make_shared<Definitions>();
  made->content = package.content;
  std::vector<quality::Program::Root> roots;
  for (const auto& name : package.defined) roots.push_back({package.library, name});
  if (auto all = package.content->compile(roots)) {
    made->names = package.defined;
    made->programs.push_back(std::move(*all));
    return made;
  }
  for (const auto& root : roots) {
    auto one = package.content->compile({&root, 1});
    if (!one) continue;
    made->names.push_back(root.name);
    made->programs.push_back(std::move(*one));
  }
  return made;
}

std::shared_ptr<const Definitions> definitions_of(const kept::Package& package) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const Definitions>> known;  // by digest
  {
    const std::lock_guard lock(mutex);
    if (const auto found = known.find(package.digest); found != known.end()) return found->second;
  }
  auto made = compile(package);
  const std::lock_guard lock(mutex);
  if (known.size() >= programs_kept_max) known.clear();
  return known[package.digest] = std::move(made);
}

quality::Evaluation evaluation_of(const kept::Board& board, const quality::Record& record) {
  quality::Evaluation evaluation;
  evaluation.record = &record;
  evaluation.notes_errors = true;
  evaluation.now = board.period.interval.interval().low.moment();
  return evaluation;
}

// Resources that a value has, or that decided it, by Type/id.
using Rests = std::map<std::string, const json::value*>;

std::string reference_of(const json::value& json) {
  const auto* object = json.if_object();
  if (object == nullptr || quality::text(*object, "resourceType").empty()) return {};
  return fmt::format("{}/{}", quality::text(*object, "resourceType"), quality::text(*object, "id"));
}

void write_value(const Value& value, JsonWriter& out, Rests& rests) {
  switch (value.kind()) {
    case Value::Kind::null:
      out.null();
      return;
    case Value::Kind::boolean:
      out.value(value.boolean());
      return;
    case Value::Kind::list: {
      out.begin_array();
      const auto& list = value.list();
      for (std::size_t i = 0; i < std::min(list.size(), values_max); ++i)
        write_value(list[i], out, rests);
      out.end_array();
      return;
    }
    case Value::Kind::element: {
      auto reference = reference_of(*value.element().json);
      if (reference.empty()) {
        out.raw(json::serialize(*value.element().json));
        return;
      }
      rests.emplace(reference, value.element().json);
      out.value(reference);
      return;
    }
    default:
      out.value(quality::literal_text(value));
  }
}

class Explanation {
 public:
  Explanation(const Sources& sources, const kept::Board& board, const PatientRead& read,
              JsonWriter& out)
      : sources_(sources), board_(board), read_(read), out_(out) {}

  Status write() {
    const kept::Documents documents = [&](const auto& stream, const auto& row) {
      return sources_.shards.document(stream, row);
    };
    auto record = kept::PatientRecord::read(read_.view->rows(), read_.stream,
                                            board_.package->relevance.types(), documents);
    if (!record) return record.error();
    const auto resources = record->as_of(std::numeric_limits<kept::Month>::max());
    note_opened(sources_, read_.stream, *record);
    if (!resources) return resources.error();
    const quality::Record evaluated(*resources);
    write_definitions(evaluated);
    write_rests(*record);
    return {};
  }

 private:
  void write_definitions(const quality::Record& record) {
    const auto definitions = definitions_of(*board_.package);
    const bool together = definitions->programs.size() == 1;
    auto evaluation = evaluation_of(board_, record);
    quality::Trace trace;
    const auto set = [&](const quality::Program& program) {
      program.set_parameter(evaluation, "Measurement Period", board_.period.interval);
      program.begin(trace);
      evaluation.trace = &trace;
    };
    if (together) set(definitions->programs.front());
    out_.key("definitions").begin_array();
    for (std::size_t i = 0; i < definitions->names.size(); ++i) {
      const auto& program = definitions->programs[together ? 0 : i];
      if (!together || evaluation.error) {  // one definition's error is not the next one's
        evaluation = evaluation_of(board_, record);
        set(program);
      }
      const auto value = program.evaluate(together ? i : 0, evaluation);
      out_.begin_object().member("name", definitions->names[i]);
      if (!value) {
        out_.member("error", value.error().message).end_object();
        continue;
      }
      out_.key("value");
      write_value(*value, out_, rests_);
      out_.end_object();
    }
    out_.end_array();
    for (const auto* json : trace.decisive) {
      auto reference = reference_of(*json);
      if (!reference.empty()) rests_.emplace(std::move(reference), json);
    }
  }

  // Itself, or the Medication of the directory that it refers to.
  bool rests_on(const kept::PatientRecord::Entry& entry, const std::string& name) const {
    const auto itself = rests_.find(name);
    if (itself != rests_.end() && entry.opened.get() == itself->second) return true;
    if (entry.medication == nullptr) return false;
    const auto referred = rests_.find("Medication/" + entry.medication->id);
    return referred != rests_.end() && &entry.medication->resource == referred->second;
  }

  void write_rests(kept::PatientRecord& record) {
    out_.key("rests_on").begin_array();
    for (const auto& entry : record.entries()) {
      const auto name = fmt::format("{}/{}", events::type_name(entry.type), entry.id);
      if (!rests_on(entry, name)) continue;
      events::PositionToken position(sources_.log_id);
      position.see(entry.row.position);
      out_.begin_object().member("resource", name);
      if (entry.opened != nullptr) out_.optional("name", name_of(*entry.opened));
      out_.member("version", entry.row.version.value).member("position", position.text());
      out_.member("known", events::format_instant(entry.row.known_time)).end_object();
    }
    out_.end_array();
  }

  const Sources& sources_;
  const kept::Board& board_;
  const PatientRead& read_;
  JsonWriter& out_;
  Rests rests_;
};

void write_standing(const kept::Board& board, const kept::Standing* standing, JsonWriter& out) {
  out.key("groups").begin_array();
  for (std::size_t i = 0; i < board.package->groups.size(); ++i) {
    out.begin_object().member("group", static_cast<std::uint64_t>(i + 1));
    out.key("populations").begin_object();
    if (standing != nullptr && i < standing->groups.size()) {
      for (const auto& [population, count] : standing->groups[i]) out.member(population, count);
    }
    out.end_object().end_object();
  }
  out.end_array().key("strata").begin_object();
  kept::Dimension open = kept::Dimension::all;
  for (const auto& stratum : standing ? standing->strata : std::vector<kept::Stratum>()) {
    if (stratum.dimension == kept::Dimension::all) continue;
    if (stratum.dimension != open) {
      if (open != kept::Dimension::all) out.end_array();
      out.key(kept::name_of(stratum.dimension)).begin_array();
      open = stratum.dimension;
    }
    out.value(stratum.value);
  }
  if (open != kept::Dimension::all) out.end_array();
  out.end_object();
  if (standing != nullptr && standing->state == kept::State::failed)
    out.member("error", standing->error);
}

// Of an earlier moment those that this node saw come by then.
Status write_flips(const Reading& reading, const kept::Board& board,
                   const events::StreamKey& stream, JsonWriter& out) {
  const auto flips = kept::flips_of(reading.rows(), stream);
  if (!flips) return flips.error();
  out.key("flips").begin_array();
  for (const auto& flip : *flips) {
    // Not by its board, whose number may have been another measure's.
    if (flip.measure != board.package->id || flip.period != board.period.text) continue;
    if (flip.position.offset >= reading.next_offset(flip.position.partition)) continue;
    events::PositionToken position(reading.sources().log_id);
    position.see(flip.position);
    out.begin_object().member("group", static_cast<std::uint64_t>(flip.group + 1));
    out.member("from", flip.from).member("to", flip.to);
    out.member("position", position.text());
    out.member("known", events::format_instant(flip.known_time));
    out.member("after_the_period", flip.restates).key("cause").begin_array();
    for (const auto& cause : flip.causes) out.value(cause);
    out.end_array().end_object();
  }
  out.end_array();
  return {};
}

}  // namespace

Status explain(const Reading& reading, const ops::http::Request& request, JsonWriter& out) {
  const auto board = board_asked(reading, request);
  if (!board) return board.error();
  const auto read = open_patient(reading.sources(), request.capture("patient"));
  if (!read) return read.error();
  const auto figures = reading.of(*board);
  if (!figures) return figures.error();
  const auto standing = (*figures)->standing(read->stream);
  if (!standing) return standing.error();
  write_board(**board, out);
  if (auto written = reading.write(board->get(), out); !written) return written;
  out.member("patient", read->patient);
  write_standing(**board, *standing ? &**standing : nullptr, out);
  if (auto written = Explanation(reading.sources(), **board, *read, out).write(); !written)
    return written;
  return write_flips(reading, **board, read->stream, out);
}

}  // namespace query::measures
