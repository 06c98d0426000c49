#include "query/bulk/routes.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "ops/http/file_sender.h"
#include "query/bulk/export_run.h"
#include "query/fhir/negotiation.h"

namespace query::bulk {
namespace {

using events::Error;
using events::ErrorCode;
using ops::http::Jobs;
using ops::http::Request;
using ops::http::Response;
using Level = ExportRequest::Level;

constexpr std::string_view jobs_path = "/fhir/$export-jobs/";

events::KnownTime now() {
  return std::chrono::time_point_cast<events::Micros>(std::chrono::system_clock::now());
}

Status may_export(const Request& request) {
  return ops::auth::permit(request.principal, {ops::auth::Access::operate, "$export", {}});
}

Status asks_for_later(const Request& request) {
  const auto* prefer = request.header("prefer");
  if (prefer != nullptr && prefer->find("respond-async") != std::string::npos) return {};
  return events::invalid("Prefer: an export is answered later only; send Prefer: respond-async");
}

Result<Response> begin_export(const Sources& sources, Jobs& jobs, const Request& request,
                              Level level, const ops::auth::RecordAccess& record) {
  if (auto allowed = may_export(request); !allowed) return allowed.error();
  if (auto asked = asks_for_later(request); !asked) return asked.error();
  auto parsed = parse_export(request, level, now());
  if (!parsed) return parsed.error();
  if (auto reached = await_position(sources, request); !reached) return reached.error();
  auto made = plan_export(sources, std::move(*parsed));
  if (!made) return made.error();
  const auto position = made->snapshot.position;
  made->recipient = {request.principal, request.request_id, record};
  // The work drops the plan, and with it the views, when it is done.
  auto plan = std::make_shared<std::optional<ExportPlan>>(std::move(*made));
  const std::string base = request.base_url + std::string(jobs_path);
  auto id = jobs.start(request.principal,
                       [&sources, plan, base](ops::http::JobRun& run, const std::string& job) {
                         auto manifest = run_export(sources, **plan, run, base + job);
                         plan->reset();
                         return manifest;
                       });
  if (!id) return id.error();
  return with_position(Response::fhir(202, {}).with("Content-Location", base + *id), position);
}

Response status(const Jobs& jobs, const Request& request) {
  if (auto allowed = may_export(request); !allowed)
    return ops::http::outcome_response(allowed.error());
  const auto report = jobs.report(request.principal, request.capture("job"));
  if (!report) return ops::http::outcome_response(report.error());
  using State = ops::http::JobReport::State;
  if (report->state == State::running) {
    return Response::fhir(202, {}).with("X-Progress", report->progress).with("Retry-After", "1");
  }
  const auto expires =
      fhir::http_date(std::chrono::time_point_cast<events::Micros>(report->expires));
  if (report->state == State::failed) {
    // A 503 would say: ask again, it may still come.
    const int code = ops::http::status_of(report->error.code);
    return Response::fhir(code < 500 ? code : 500, ops::http::operation_outcome({report->error}))
        .with("Expires", expires);
  }
  return Response::json(200, report->body).with("Expires", expires);
}

Response remove(Jobs& jobs, const Request& request) {
  if (auto allowed = may_export(request); !allowed)
    return ops::http::outcome_response(allowed.error());
  if (auto removed = jobs.remove(request.principal, request.capture("job")); !removed)
    return ops::http::outcome_response(removed.error());
  return Response::fhir(202, {});
}

Result<Response> file(const Jobs& jobs, const Request& request, ops::http::FileSender& sender) {
  if (auto allowed = may_export(request); !allowed) return allowed.error();
  const auto folder = jobs.folder(request.principal, request.capture("job"));
  if (!folder) return folder.error();
  const std::string name(request.capture("file"));
  const Error absent{ErrorCode::not_found, "file: the export has none of that name", {}};
  if (name.find('/') != name.npos || name.starts_with('.')) return absent;
  auto opened = events::SealedFileReader::open(folder->path / name, file_key(folder->key, name));
  if (!opened) return absent;
  auto response = sender.send(std::move(*opened));
  if (response) response->with("Content-Type", "application/fhir+ndjson");
  return response;
}

Response answered(Result<Response> response) {
  return response ? std::move(*response) : ops::http::outcome_response(response.error());
}

}  // namespace

void add_export_routes(ops::http::Router& router, const Sources& sources, Jobs& jobs,
                       ops::auth::RecordAccess record) {
  const auto add = [&](const std::string& pattern, Level level) {
    for (const char* method : {"GET", "POST"}) {
      router.add(method, pattern, [&sources, &jobs, level, record](const Request& request) {
        if (auto refused = fhir::refuse_format(request)) return std::move(*refused);
        return answered(begin_export(sources, jobs, request, level, record));
      });
    }
  };
  add("/fhir/$export", Level::system);
  add("/fhir/Patient/$export", Level::patient);
  add("/fhir/Group/{id}/$export", Level::group);
  const std::string job = std::string(jobs_path) + "{job}";
  router.add("GET", job, [&jobs](const Request& request) { return status(jobs, request); });
  router.add("DELETE", job, [&jobs](const Request& request) { return remove(jobs, request); });
  auto sender = std::make_shared<ops::http::FileSender>();
  router.add("GET", job + "/{file}", [&jobs, sender](const Request& request) {
    return answered(file(jobs, request, *sender));
  });
}

}  // namespace query::bulk
