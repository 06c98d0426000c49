#include "ingest/bulk/import_run.h"

#include <fmt/format.h>

#include <charconv>
#include <thread>

#include "events/clinical_time.h"

namespace ingest::bulk {
namespace {

using events::Error;
using events::Result;
using events::Status;
using ops::http::json_quote;

// Of one input: who sends so many broken lines has sent something else.
constexpr std::uint64_t refusals_max = 100'000;

events::KnownTime now() {
  return std::chrono::time_point_cast<events::Micros>(std::chrono::system_clock::now());
}

class ImportRun {
 public:
  ImportRun(const ImportServices& services, ops::http::JobRun& run, const std::string& id,
            const ImportJob& job)
      : services_(services),
        run_(run),
        id_(id),
        job_(job),
        folder_(run.folder(), id, services.dependencies.secrets.log_secret),
        stopped_([&run] { return run.stopped(); }) {}

  Status run();
  std::string manifest(const std::string& files_url) const;

 private:
  Status take_up();
  Status await_log() const;
  Status run_input(std::size_t number);
  Status take(std::size_t number, const Chunk& chunk, bool replayed);
  // What is wrong with the file as a whole; it is done with.
  Status refuse_file(std::size_t number, const Error& error);
  void tell() const;
  Error stopped() const { return events::unavailable("import: it was stopped"); }

  const ImportServices& services_;
  ops::http::JobRun& run_;
  const std::string& id_;
  const ImportJob& job_;
  const JobFolder folder_;
  const Stopped stopped_;
  ImportProgress progress_;
  bool resumed_ = false;
};

Status ImportRun::take_up() {
  auto before = folder_.read_progress();
  if (!before) return before.error();
  resumed_ = before->has_value();
  if (*before) progress_ = std::move(**before);
  progress_.inputs.resize(job_.manifest.inputs.size());
  folder_.drop_refusals_beyond(progress_);
  return folder_.write_progress(progress_);  // from here on it was begun
}

Status ImportRun::await_log() const {
  const auto& caught_up = services_.dependencies.caught_up;
  while (caught_up && !caught_up()) {
    if (run_.stopped()) return stopped();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return {};
}

Status ImportRun::run() {
  if (auto begun = take_up(); !begun) return begun;
  if (progress_.ended) return {};
  if (auto there = await_log(); !there) return there;
  for (std::size_t i = 0; i < progress_.inputs.size(); ++i) {
    tell();
    if (progress_.inputs[i].done) continue;
    if (auto done = run_input(i); !done) return done;
    resumed_ = false;  // only the first may have been begun before
  }
  progress_.ended = now();
  return folder_.write_progress(progress_);
}

Status ImportRun::run_input(std::size_t number) {
  InputProgress& input = progress_.inputs[number];
  const auto& url = job_.manifest.inputs[number].url;
  auto source = open_source({url, input.offset, input.identity}, services_.sources, stopped_);
  if (run_.stopped()) return stopped();
  if (!source) return refuse_file(number, source.error());
  input.identity = (*source)->identity();
  LineReader lines(**source, input.offset, input.lines, job_.chunks);
  bool replayed = resumed_;
  while (!input.done) {
    auto chunk = lines.next();
    if (run_.stopped()) return stopped();
    if (!chunk) return refuse_file(number, chunk.error());
    if (auto taken = take(number, *chunk, replayed); !taken) return taken;
    replayed = false;
    if (input.refused < refusals_max || input.done) continue;
    return refuse_file(
        number, events::unprocessable(fmt::format("{} lines were refused, so the rest of the file "
                                                  "is not read; mend it and import it again",
                                                  input.refused)));
  }
  return {};
}

Status ImportRun::take(std::size_t number, const Chunk& chunk, bool replayed) {
  InputProgress& input = progress_.inputs[number];
  const auto& file = job_.manifest.inputs[number];
  const fhir::RequestContext context{services_.environment,
                                     job_.who,
                                     job_.request_id,
                                     job_.base_url,
                                     fmt::format("import:{}:{}", id_, number),
                                     false,
                                     true};
  auto imported =
      import_chunk({context, file.type, replayed, job_.chunks.line_bytes_max,
                    services_.dependencies.intake, services_.metrics, services_.room, stopped_},
                   chunk);
  if (!imported.whole) return stopped();
  if (auto kept =
          folder_.write_refusals(number, input.offset, file_name(file.url), imported.refusals);
      !kept)
    return kept;
  services_.metrics.imported(imported.taken, imported.refusals.size(), chunk.end - input.offset);
  input.taken += imported.taken;
  input.refused += imported.refusals.size();
  input.offset = chunk.end;
  input.lines = chunk.lines_end;
  input.done = chunk.last;
  if (!imported.position.next_offsets().empty()) {
    auto position = events::PositionToken::parse(progress_.position);
    if (position && position->log() == imported.position.log()) imported.position.merge(*position);
    progress_.position = imported.position.text();
  }
  tell();
  return folder_.write_progress(progress_);
}

Status ImportRun::refuse_file(std::size_t number, const Error& error) {
  InputProgress& input = progress_.inputs[number];
  Error told = error;
  if (input.lines > 0)
    told.message += fmt::format("; {} lines of it were read before", input.lines);
  services_.metrics.refused(told.code);
  if (auto kept = folder_.write_refusals(
          number, input.offset, file_name(job_.manifest.inputs[number].url), {{0, {told}}});
      !kept)
    return kept;
  ++input.refused;
  input.done = true;
  return folder_.write_progress(progress_);
}

void ImportRun::tell() const {
  std::uint64_t done = 0, taken = 0, refused = 0;
  for (const auto& input : progress_.inputs) {
    done += input.done ? 1 : 0;
    taken += input.taken;
    refused += input.refused;
  }
  run_.progress(fmt::format("{} of {} files, {} resources taken, {} refused", done,
                            progress_.inputs.size(), taken, refused));
}

std::string ImportRun::manifest(const std::string& files_url) const {
  std::string output, error;
  for (std::size_t i = 0; i < progress_.inputs.size(); ++i) {
    const auto& input = job_.manifest.inputs[i];
    const auto& told = progress_.inputs[i];
    output +=
        fmt::format(R"({}{{"type":"{}","inputUrl":{},"count":{}}})", output.empty() ? "" : ",",
                    events::type_name(input.type), json_quote(input.url), told.taken);
    if (told.refused == 0) continue;
    error +=
        fmt::format(R"({}{{"type":"OperationOutcome","inputUrl":{},"url":{},"count":{}}})",
                    error.empty() ? "" : ",", json_quote(input.url),
                    json_quote(fmt::format("{}/{}", files_url, refusals_name(i))), told.refused);
  }
  return fmt::format(
      R"({{"transactionTime":"{}","request":{},"requiresAccessToken":false,"output":[{}],"error":[{}],"extension":{{"chartlogPosition":{}}}}})",
      events::format_instant(*progress_.ended), json_quote(job_.url), output, error,
      json_quote(progress_.position));
}

constexpr std::string_view refusals_head = "refused-", refusals_ending = ".ndjson";

}  // namespace

std::string refusals_name(std::size_t input) {
  return fmt::format("{}{}{}", refusals_head, input, refusals_ending);
}

std::optional<std::size_t> input_of_refusals(std::string_view name) {
  if (!name.starts_with(refusals_head) || !name.ends_with(refusals_ending)) return std::nullopt;
  name.remove_prefix(refusals_head.size());
  name.remove_suffix(refusals_ending.size());
  std::size_t input = 0;
  const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), input);
  if (failed != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return input;
}

Result<std::string> run_import(const ImportServices& services, ops::http::JobRun& run,
                               const std::string& id, const ImportJob& job,
                               const std::string& files_url) {
  ImportRun import(services, run, id, job);
  if (auto done = import.run(); !done) return done.error();
  return import.manifest(files_url);
}

}  // namespace ingest::bulk
