#include "query/bulk/export_run.h"

#include <fmt/format.h>

#include "events/clinical_time.h"
#include "projections/families.h"
#include "projections/key_codec.h"
#include "projections/main_time.h"
#include "projections/search/values.h"
#include "query/fhir/candidate.h"
#include "query/fhir/recent.h"
#include "query/returned.h"

namespace query::bulk {
namespace {

using events::Error;
using events::ErrorCode;
using events::EventEffect;
using events::ResourceType;
using events::StreamKey;
using projections::ShardView;
using projections::VersionRow;

constexpr std::size_t changes_at_once = 256;
constexpr std::uint64_t progress_every = 1000;
constexpr std::size_t resources_an_entry = 2000;
constexpr std::size_t version_bytes = 8;  // the end of a key of `versions`

struct VersionKey {
  StreamKey stream;
  ResourceType type{};
  std::string id;
};

Result<VersionKey> read_key(std::string_view key) {
  projections::KeyReader reader(key);
  VersionKey read;
  const auto stream = reader.raw(StreamKey::size);
  const auto type = reader.u16();
  auto id = reader.text();
  if (!stream || !type || !id) return events::corrupt("a key of `versions` does not read");
  read.stream = *StreamKey::from_bytes(*stream);
  read.type = static_cast<ResourceType>(*type);
  read.id = std::move(*id);
  return read;
}

Error stopped_early() { return events::unavailable("export: it was stopped"); }

class Exporter {
 public:
  Exporter(const Sources& sources, const ExportPlan& plan, ops::http::JobRun& run,
           const std::string& files_url)
      : sources_(sources),
        plan_(plan),
        run_(run),
        files_url_(files_url),
        files_(run.folder(), run.key()) {}

  Status run();
  const ExportFiles& files() const { return files_; }

 private:
  Status whole();
  Status whole_of(const ShardView& view, std::string_view prefix);
  Status changed(events::PartitionId partition);
  Status changed_event(const ShardView& view, events::Offset from, const StreamKey& stream,
                       const events::EventOutcome& event);
  Status deleted_event(events::Offset from, const VersionKey& key,
                       const std::vector<VersionRow>& history);
  // Whether the position exported has it.
  bool is_in(const events::Position& position) const {
    return plan_.to.empty() || position.offset < plan_.to[position.partition.value];
  }
  // Its versions at the position exported, newest first.
  Result<std::vector<VersionRow>> history_of(const ShardView& view, const VersionKey& key) const;
  Result<bool> is_live_elsewhere(const VersionKey& key) const;

  bool wants(const StreamKey& stream, ResourceType type) const {
    return plan_.request.wants(type) && plan_.scope.part_of(stream) != Scope::Part::none;
  }
  bool belongs(const StreamKey& stream, const VersionRow& row) const;
  bool passes_filters(const ShardView& view, const VersionKey& key, const VersionRow& row);
  Status put(const ShardView& view, const VersionKey& key, const VersionRow& row);
  Status record();
  Status record_if_many() { return shown_.size() < resources_an_entry ? Status() : record(); }
  void tell();

  const Sources& sources_;
  const ExportPlan& plan_;
  ops::http::JobRun& run_;
  const std::string& files_url_;
  ExportFiles files_;
  ops::auth::AccessScope shown_;  // and not recorded yet
  projections::search::Values values_;
  std::size_t partitions_done_ = 0;
  std::uint64_t looked_at_ = 0;
};

Status Exporter::run() {
  for (const auto& warning : plan_.warnings) {
    if (auto told = files_.problem(warning, "warning"); !told) return told;
  }
  Status read;
  if (plan_.from.empty()) {
    read = whole();
  } else {
    for (std::uint32_t i = 0; read && i < plan_.snapshot.views.size(); ++i, ++partitions_done_)
      read = changed({i});
  }
  if (read) read = record();
  return read ? files_.finish() : read;
}

// Before the files can be fetched.
Status Exporter::record() {
  if (!plan_.recipient.record || shown_.empty()) return {};
  auto entry = shown_.take(plan_.recipient.who);
  entry.kind = events::access::Kind::exported;
  entry.request_id = plan_.recipient.request_id;
  entry.method = "GET";
  entry.route = "/fhir/$export-jobs/{job}";
  entry.target = plan_.request.url;
  entry.recipient = files_url_;
  entry.status = 200;
  entry.position = plan_.snapshot.position.text();
  return plan_.recipient.record(std::move(entry));
}

Status Exporter::whole() {
  const auto& streams = plan_.scope.streams();
  if (streams) {
    for (const auto& stream : *streams) {
      if (auto read = whole_of(plan_.snapshot.view_of(stream), stream.bytes()); !read) return read;
    }
    return {};
  }
  for (const auto& view : plan_.snapshot.views) {
    if (auto read = whole_of(*view, {}); !read) return read;
    ++partitions_done_;
  }
  return {};
}

// Versions of one resource follow each other, the newest first.
Status Exporter::whole_of(const ShardView& view, std::string_view prefix) {
  std::string last;  // key of the resource before, without version
  const auto rows = view.rows().scan(projections::version_family, prefix);
  for (; rows->valid(); rows->next()) {
    if (run_.stopped()) return stopped_early();
    const auto key = rows->key();
    if (key.size() < version_bytes) return events::corrupt("a key of `versions` does not read");
    const auto resource = key.substr(0, key.size() - version_bytes);
    if (resource == last) continue;
    const auto named = read_key(key);
    if (!named) return named.error();
    const auto row = projections::decode_version_row(rows->value());
    if (!row) return row.error();
    if (!is_in(row->position)) continue;
    last = resource;
    tell();
    if (!wants(named->stream, named->type)) continue;
    if (row->effect == EventEffect::deleted || !belongs(named->stream, *row)) continue;
    if (auto put_down = put(view, *named, *row); !put_down) return put_down;
  }
  return rows->status();
}

Status Exporter::changed(events::PartitionId partition) {
  const ShardView& view = *plan_.snapshot.views[partition.value];
  const events::Offset from = plan_.from[partition.value];
  events::Offset at = from;
  while (true) {
    const auto changes = view.changes(at, std::nullopt, changes_at_once);
    if (!changes) return changes.error();
    if (changes->empty()) return {};
    for (const auto& change : *changes) {
      if (!is_in(change.position)) return {};
      for (const auto& event : change.events) {
        if (run_.stopped()) return stopped_early();
        if (auto done = changed_event(view, from, change.stream, event); !done) return done;
      }
    }
    at = changes->back().position.offset.next();
  }
}

Status Exporter::changed_event(const ShardView& view, events::Offset from, const StreamKey& stream,
                               const events::EventOutcome& event) {
  const bool makes_version = event.effect == EventEffect::recorded ||
                             event.effect == EventEffect::amended ||
                             event.effect == EventEffect::deleted;
  if (!makes_version || !wants(stream, event.type)) return {};
  tell();
  const VersionKey key{stream, event.type, event.id.text()};
  const auto history = history_of(view, key);
  if (!history) return history.error();
  if (history->empty()) return events::corrupt("a change names a resource that is not there");
  const VersionRow& row = history->front();
  if (row.version != event.version) return {};  // a later change has it
  if (event.effect == EventEffect::deleted) return deleted_event(from, key, *history);
  return belongs(stream, row) ? put(view, key, row) : Status();
}

Result<std::vector<VersionRow>> Exporter::history_of(const ShardView& view,
                                                     const VersionKey& key) const {
  auto history = view.history(key.stream, key.type, key.id);
  if (history)
    std::erase_if(*history, [this](const VersionRow& row) { return !is_in(row.position); });
  return history;
}

// Told to those who may have it: it was there at `from`, and is not in another patient's record
// now. (A resource that was moved is deleted in one stream and recorded in another.)
Status Exporter::deleted_event(events::Offset from, const VersionKey& key,
                               const std::vector<VersionRow>& history) {
  for (const auto& version : history) {
    if (version.position.offset >= from) continue;
    if (version.effect == EventEffect::deleted || !belongs(key.stream, version)) return {};
    const auto elsewhere = is_live_elsewhere(key);
    if (!elsewhere) return elsewhere.error();
    if (*elsewhere) return {};
    note_version(sources_, key.stream, key.type, key.id, history.front());
    return files_.deleted(key.type, key.id);
  }
  return {};  // came and went since
}

Result<bool> Exporter::is_live_elsewhere(const VersionKey& key) const {
  for (const auto& view : plan_.snapshot.views) {
    const auto known = view->find(key.type, key.id);
    if (!known) return known.error();
    for (const auto& one : *known) {
      if (one.stream == key.stream || !wants(one.stream, key.type)) continue;
      const auto history = history_of(*view, {one.stream, key.type, key.id});
      if (!history) return history.error();
      if (history->empty()) continue;
      const VersionRow& row = history->front();
      if (row.effect != EventEffect::deleted && belongs(one.stream, row)) return true;
    }
  }
  return false;
}

bool Exporter::belongs(const StreamKey& stream, const VersionRow& row) const {
  if (plan_.scope.part_of(stream) != Scope::Part::judged) return true;
  return plan_.scope.names_one(*flatbuffers::GetRoot<events::schema::Facts>(row.facts.data()));
}

bool Exporter::passes_filters(const ShardView& view, const VersionKey& key, const VersionRow& row) {
  const auto filters = plan_.request.filters.find(key.type);
  if (filters == plan_.request.filters.end()) return true;
  const auto& facts = *flatbuffers::GetRoot<events::schema::Facts>(row.facts.data());
  fhir::Candidate candidate{view, key.stream, key.type, key.id, row.version, std::nullopt, facts};
  candidate.known_time = row.known_time;
  for (const auto& filter : filters->second) {
    if (fhir::meets_all(filter, candidate, values_)) return true;
  }
  return false;
}

Status Exporter::put(const ShardView& view, const VersionKey& key, const VersionRow& row) {
  if (!passes_filters(view, key, row)) return {};
  if (auto recorded = record_if_many(); !recorded) return recorded;
  auto document = show_document(sources_, key.stream, key.type, key.id, row);
  if (!document) {
    return files_.problem({document.error().code,
                           fmt::format("{}/{}: its document does not open and is not in the output",
                                       events::type_name(key.type), key.id),
                           {}},
                          "error");
  }
  if (plan_.request.elements)
    *document = fhir::cut(events::type_name(key.type), *document, *plan_.request.elements);
  return files_.resource(key.type, std::move(*document));
}

void Exporter::tell() {
  if (looked_at_++ % progress_every != 0) return;
  run_.progress(fmt::format("{} resources, {} of {} partitions", files_.resources(),
                            partitions_done_, plan_.snapshot.views.size()));
}

std::string manifest(const ExportPlan& plan, const ExportFiles& files,
                     const std::string& files_url) {
  std::string since;
  if (plan.request.since_position) {
    since = fmt::format(R"(,"chartlogSincePosition":"{}")", plan.request.since_position->text());
  }
  return fmt::format(R"({{"transactionTime":"{}","request":{},"requiresAccessToken":false,{},)"
                     R"("extension":{{"chartlogPosition":"{}"{}}}}})",
                     events::format_instant(plan.snapshot.time),
                     ops::http::json_quote(plan.request.url), files.manifest_lists(files_url),
                     plan.snapshot.position.text(), since);
}

Result<std::vector<events::Offset>> begin_of(const Sources& sources, const ExportRequest& request,
                                             const Snapshot& snapshot) {
  std::vector<events::Offset> from;
  if (request.since_position) {
    if (auto known = check_position(sources, *request.since_position); !known) return known.error();
  }
  for (std::uint32_t i = 0; request.is_incremental() && i < snapshot.views.size(); ++i) {
    if (request.since_position) {
      from.push_back(request.since_position->next_offset({i}).value_or(events::Offset{}));
      continue;
    }
    auto first = fhir::first_since(*snapshot.views[i], *request.since);
    if (!first) return first.error();
    from.push_back(*first);
  }
  return from;
}

// `_until`: the position before the first commit of each partition that is as young, which the
// manifest then names. invalid: that time has not come, or it is before where the export begins.
Result<std::vector<events::Offset>> end_of(const ExportRequest& request,
                                           const std::vector<events::Offset>& from,
                                           Snapshot& snapshot) {
  std::vector<events::Offset> to;
  if (!request.until) return to;
  const auto text = events::format_instant(*request.until);
  if (*request.until > snapshot.time)
    return events::invalid(
        fmt::format("_until: {} has not come; leave it out to export all there is", text));
  events::PositionToken position(snapshot.position.log());
  for (std::uint32_t i = 0; i < snapshot.views.size(); ++i) {
    auto end = fhir::first_since(*snapshot.views[i], *request.until);
    if (!end) return end.error();
    if (!from.empty() && *end < from[i])
      return events::invalid(fmt::format("_until: {} is before what the export begins with", text));
    position.see_next({i}, *end);
    to.push_back(*end);
  }
  snapshot.position = std::move(position);
  snapshot.time = *request.until;
  return to;
}

}  // namespace

Result<ExportPlan> plan_export(const Sources& sources, ExportRequest request) {
  auto snapshot = take_snapshot(sources);
  if (!snapshot) return snapshot.error();
  auto from = begin_of(sources, request, *snapshot);
  if (!from) return from.error();
  auto to = end_of(request, *from, *snapshot);
  if (!to) return to.error();
  std::vector<Error> warnings = request.ignored;
  auto scope = Scope::of(sources, *snapshot, request, warnings);
  if (!scope) return scope.error();
  return ExportPlan{std::move(request),
                    std::move(*snapshot),
                    std::move(*scope),
                    std::move(*from),
                    std::move(*to),
                    std::move(warnings),
                    {}};
}

Result<std::string> run_export(const Sources& sources, const ExportPlan& plan,
                               ops::http::JobRun& run, const std::string& files_url) {
  Exporter exporter(sources, plan, run, files_url);
  if (auto done = exporter.run(); !done) return done.error();
  return manifest(plan, exporter.files(), files_url);
}

}  // namespace query::bulk
