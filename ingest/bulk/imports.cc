#include "ingest/bulk/imports.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <future>

#include "ingest/bulk/import_run.h"
#include "ingest/fhir/answers.h"
#include "ops/http/file_sender.h"

namespace ingest::bulk {
namespace {

namespace fs = std::filesystem;
using events::Error;
using events::ErrorCode;
using events::Result;
using events::Status;
using ops::http::Request;
using ops::http::Response;

constexpr std::string_view jobs_path = "/fhir/$import-jobs/";

Status may_import(const Request& request) {
  return ops::auth::permit(request.principal, {ops::auth::Access::operate, "$import", {}});
}

Response answered(Result<Response> response) {
  return response ? std::move(*response) : ops::http::outcome_response(response.error());
}

Response status_response(const ops::http::JobReport& report) {
  using State = ops::http::JobReport::State;
  if (report.state == State::running)
    return Response::fhir(202, {}).with("X-Progress", report.progress).with("Retry-After", "1");
  const auto expires =
      fhir::http_date(std::chrono::time_point_cast<events::Micros>(report.expires));
  if (report.state == State::failed) {
    // A 503 would say: ask again, it may still come.
    const int code = ops::http::status_of(report.error.code);
    return Response::fhir(code < 500 ? code : 500, ops::http::operation_outcome({report.error}))
        .with("Expires", expires);
  }
  return Response::json(200, report.body).with("Expires", expires);
}

class NodeImports final : public Imports {
 public:
  NodeImports(ImportOptions options, const Dependencies& dependencies)
      : options_(std::move(options)),
        depends_(dependencies),
        environment_(environment_of(dependencies)),
        metrics_(dependencies.metrics),
        services_{depends_, environment_, metrics_, room_, options_.sources} {}

  Status begin();
  void add_routes(ops::http::Router& router) override;

 private:
  Result<Response> start(const Request& request);
  Result<Response> status(const Request& request) const;
  Result<Response> remove(const Request& request);
  Result<Response> file(const Request& request);
  Result<std::string> work(ops::http::JobRun& run, const std::string& id, const ImportJob& job);
  JobFolder folder_of(const fs::path& path, const std::string& id) const {
    return JobFolder(path, id, depends_.secrets.log_secret);
  }

  const ImportOptions options_;
  const Dependencies depends_;
  const fhir::Environment environment_;
  Metrics metrics_;
  WorkRoom room_{{.patience = std::chrono::seconds(1)}};  // asked again unless stopped
  const ImportServices services_;
  ops::http::FileSender sender_;
  std::unique_ptr<ops::http::Jobs> jobs_;  // its work uses all above
};

Status NodeImports::begin() {
  ops::http::JobRules rules;
  rules.directory = options_.directory;
  rules.running_max = options_.at_once;
  rules.kept = options_.kept;
  rules.kept_max = 1024;                          // a folder each
  rules.time_max = std::chrono::hours(24 * 365);  // a slow source is left by its own patience
  rules.durable = true;
  auto jobs = ops::http::Jobs::open(std::move(rules));
  if (!jobs) return jobs.error();
  jobs_ = std::move(*jobs);
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(options_.directory, failed)) {
    const std::string id = entry.path().filename().string();
    auto job = folder_of(entry.path(), id).read_job();
    if (!job) {
      // Never promised; or of another log, and then not ours to throw away.
      spdlog::warn("import not taken up job={} reason=\"{}\"", id, job.error().message);
      std::error_code ignored;
      if (job.error().code == ErrorCode::not_found) fs::remove_all(entry.path(), ignored);
      continue;
    }
    const auto who = job->who;
    jobs_->resume(who, id,
                  [this, job = std::move(*job)](ops::http::JobRun& run, const std::string& name) {
                    return work(run, name, job);
                  });
  }
  if (failed) return events::unavailable("imports: " + failed.message());
  return {};
}

Result<std::string> NodeImports::work(ops::http::JobRun& run, const std::string& id,
                                      const ImportJob& job) {
  return run_import(services_, run, id, job, job.base_url + std::string(jobs_path) + id);
}

Result<Response> NodeImports::start(const Request& request) {
  if (auto allowed = may_import(request); !allowed) return allowed.error();
  const auto* prefer = request.header("prefer");
  if (prefer == nullptr || prefer->find("respond-async") == std::string::npos)
    return events::invalid("Prefer: an import is answered later only; send Prefer: respond-async");
  const auto* content = request.header("content-type");
  const auto media =
      content == nullptr ? std::string() : content->substr(0, content->find_first_of("; "));
  if (media != "application/json" && media != "application/fhir+json") {
    return Error{ErrorCode::unsupported,
                 "Content-Type: send the manifest as application/json, or as Parameters in "
                 "application/fhir+json",
                 {}};
  }
  for (const auto& [asked, value] : request.query) {
    if (asked == "_format") continue;
    const std::string name = asked.substr(0, 64);
    return Error{ErrorCode::unsupported,
                 fmt::format("{}: an import takes no parameters in its address; say it in the "
                             "manifest",
                             name),
                 name};
  }
  auto manifest = read_manifest(request.body, options_.sources);
  if (!manifest) return manifest.error();
  const ImportJob job{request.principal,
                      request.request_id,
                      request.base_url,
                      request.base_url + request.target,
                      fhir::claimed_now(),
                      std::move(*manifest),
                      {options_.chunk_bytes, ChunkLimits().lines, options_.line_bytes_max}};
  // Promised once it would survive the process.
  auto kept = std::make_shared<std::promise<Status>>();
  auto is_kept = kept->get_future();
  auto id = jobs_->start(
      request.principal,
      [this, job, kept](ops::http::JobRun& run, const std::string& name) -> Result<std::string> {
        auto written = folder_of(run.folder(), name).write_job(job);
        kept->set_value(written);
        if (!written) return written.error();
        return work(run, name, job);
      });
  if (!id) return id.error();
  if (const auto written = is_kept.get(); !written) {
    (void)jobs_->remove(request.principal, *id);
    return written.error();
  }
  return Response::fhir(202, {}).with("Content-Location",
                                      request.base_url + std::string(jobs_path) + *id);
}

Result<Response> NodeImports::status(const Request& request) const {
  if (auto allowed = may_import(request); !allowed) return allowed.error();
  const auto report = jobs_->report(request.principal, request.capture("job"));
  if (!report) return report.error();
  return status_response(*report);
}

Result<Response> NodeImports::remove(const Request& request) {
  if (auto allowed = may_import(request); !allowed) return allowed.error();
  if (auto removed = jobs_->remove(request.principal, request.capture("job")); !removed)
    return removed.error();
  return Response::fhir(202, {});
}

Result<Response> NodeImports::file(const Request& request) {
  if (auto allowed = may_import(request); !allowed) return allowed.error();
  const std::string id(request.capture("job"));
  const auto folder = jobs_->folder(request.principal, id);
  if (!folder) return folder.error();
  const auto input = input_of_refusals(request.capture("file"));
  const auto kept = folder_of(folder->path, id);
  auto names = input ? kept.refusals_of(*input) : std::vector<std::string>();
  if (names.empty())
    return Error{ErrorCode::not_found, "file: the import has none of that name", {}};
  auto response = sender_.send([kept, names, next = std::make_shared<std::size_t>(0)]()
                                   -> Result<std::optional<events::SealedFileReader>> {
    if (*next == names.size()) return std::optional<events::SealedFileReader>();
    auto opened = kept.open(names[(*next)++]);
    if (!opened) return opened.error();
    return std::optional<events::SealedFileReader>(std::move(*opened));
  });
  if (response) response->with("Content-Type", "application/fhir+ndjson");
  return response;
}

void NodeImports::add_routes(ops::http::Router& router) {
  router.add("POST", "/fhir/$import",
             [this](const Request& request) { return answered(start(request)); });
  const std::string job = std::string(jobs_path) + "{job}";
  router.add("GET", job, [this](const Request& request) { return answered(status(request)); });
  router.add("DELETE", job, [this](const Request& request) { return answered(remove(request)); });
  router.add("GET", job + "/{file}",
             [this](const Request& request) { return answered(file(request)); });
}

}  // namespace

Result<std::unique_ptr<Imports>> Imports::open(ImportOptions options,
                                               const Dependencies& dependencies) {
  auto imports = std::make_unique<NodeImports>(std::move(options), dependencies);
  if (auto begun = imports->begin(); !begun) return begun.error();
  return std::unique_ptr<Imports>(std::move(imports));
}

}  // namespace ingest::bulk
