#include "ingest/bulk/job_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "events/hmac.h"
#include "ingest/json.h"
#include "ops/http/http.h"

namespace ingest::bulk {
namespace {

namespace fs = std::filesystem;
using events::Result;
using events::Status;
using ops::http::json_quote;

constexpr const char* job_name = "job";
constexpr const char* progress_name = "progress";
constexpr std::string_view refused_ending = ".refused";

Status failed(const fs::path& path) {
  return events::unavailable(
      fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
}

Status sync(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed(path);
  const bool done = ::fsync(file) == 0;
  const auto status = done ? Status() : failed(path);
  ::close(file);
  return status;
}

// After it the name leads to what is in the file, whatever happens.
Status put_in_place(const fs::path& draft, const fs::path& path) {
  if (auto synced = sync(draft); !synced) return synced;
  if (::rename(draft.c_str(), path.c_str()) != 0) return failed(path);
  return sync(path.parent_path());
}

std::string random_name() {
  std::array<std::uint8_t, 16> bytes{};
  events::fill_random(bytes);
  return events::to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::uint64_t number(const json::Value& value) {
  const auto digits = value.token();
  std::uint64_t read = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), read);
  return read;
}

std::string micros(events::KnownTime time) {
  return fmt::format("{}", time.time_since_epoch().count());
}
events::KnownTime time_of(const json::Value& value) {
  return events::KnownTime(events::Micros(number(value)));
}

std::string json_of(const ImportJob& job) {
  std::string inputs;
  for (const auto& input : job.manifest.inputs) {
    inputs += fmt::format(R"({}{{"type":"{}","url":{}}})", inputs.empty() ? "" : ",",
                          events::type_name(input.type), json_quote(input.url));
  }
  const auto& who = job.who;
  return fmt::format(
      R"({{"who":[{},{},{},{},{}],"request":{},"base":{},"url":{},"begun":{},"source":{},"chunks":[{},{},{}],"input":[{}]}})",
      json_quote(who.subject), json_quote(who.issuer), json_quote(who.role), json_quote(who.site),
      json_quote(who.purpose), json_quote(job.request_id), json_quote(job.base_url),
      json_quote(job.url), micros(job.begun), json_quote(job.manifest.source), job.chunks.bytes,
      job.chunks.lines, job.chunks.line_bytes_max, inputs);
}

std::string json_of(const ImportProgress& progress) {
  std::string inputs;
  for (const auto& one : progress.inputs) {
    inputs +=
        fmt::format(R"({}[{},{},{},{},{},{}])", inputs.empty() ? "" : ",\n", one.offset, one.lines,
                    one.taken, one.refused, one.done ? 1 : 0, json_quote(one.identity));
  }
  return fmt::format(R"({{"ended":{},"position":{},"input":[{}]}})",
                     progress.ended ? micros(*progress.ended) : "0", json_quote(progress.position),
                     inputs);
}

// Says file and line to people in the message, to programs in extensions.
std::string outcome_line(const Refusal& refusal, const std::string& file) {
  auto errors = refusal.errors;
  for (auto& error : errors) {
    if (refusal.line > 0)
      error.message = fmt::format("{}, line {}: {}", file, refusal.line, error.message);
  }
  std::string text = ops::http::operation_outcome(errors);
  constexpr std::string_view head = R"({"resourceType":"OperationOutcome",)";
  std::string extensions =
      fmt::format(R"({{"url":"urn:chartlog:import-file","valueString":{}}})", json_quote(file));
  if (refusal.line > 0) {
    extensions +=
        fmt::format(R"(,{{"url":"urn:chartlog:import-line","valueDecimal":{}}})", refusal.line);
  }
  return fmt::format("{}\"extension\":[{}],{}\n", head, extensions,
                     std::string_view(text).substr(head.size()));
}

}  // namespace

Status JobFolder::write_sealed(const std::string& name, std::string_view bytes) const {
  const auto draft = path_ / (name + ".draft");
  fs::remove(draft);
  auto writer = events::SealedFileWriter::make(draft, key(name));
  if (!writer) return writer.error();
  if (auto written = writer->append(bytes); !written) return written;
  if (auto ended = writer->finish(); !ended) return ended;
  return put_in_place(draft, path_ / name);
}

Status JobFolder::write_job(const ImportJob& job) const {
  if (auto written = write_sealed(job_name, json_of(job)); !written) return written;
  return sync(path_.parent_path());
}

Result<ImportJob> JobFolder::read_job() const {
  auto file = open(job_name);
  if (!file) return file.error();
  std::string text;
  while (true) {
    auto bytes = file->next();
    if (!bytes) return bytes.error();
    if (bytes->empty()) break;
    text += *bytes;
  }
  auto document = json::Document::parse(text);
  if (!document) return document.error();
  const auto root = document->root();
  const auto of = [](const json::Value& value) { return std::string(value.string()); };
  ImportJob job;
  const auto who = root["who"];
  job.who = {of(who.at(0)), of(who.at(1)), of(who.at(2)), of(who.at(3)), of(who.at(4))};
  job.request_id = of(root["request"]);
  job.base_url = of(root["base"]);
  job.url = of(root["url"]);
  job.begun = time_of(root["begun"]);
  job.manifest.source = of(root["source"]);
  const auto chunks = root["chunks"];
  job.chunks = {number(chunks.at(0)), number(chunks.at(1)), number(chunks.at(2))};
  for (auto one = root["input"].first(); one; one = one.next()) {
    const auto type = events::type_of_name(one["type"].string());
    if (!type) return events::corrupt("an import's job file names a type that is not known");
    job.manifest.inputs.push_back({*type, of(one["url"])});
  }
  return job;
}

Status JobFolder::write_progress(const ImportProgress& progress) const {
  const auto draft = path_ / fmt::format("{}.draft", progress_name);
  {
    std::ofstream file(draft, std::ios::trunc);
    file << json_of(progress);
    file.close();
    if (!file) return failed(draft);
  }
  return put_in_place(draft, path_ / progress_name);
}

Result<std::optional<ImportProgress>> JobFolder::read_progress() const {
  std::ifstream file(path_ / progress_name);
  if (!file) return std::optional<ImportProgress>();
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto document = json::Document::parse(text);
  if (!document) return events::corrupt("an import's progress file does not read");
  const auto root = document->root();
  ImportProgress progress;
  if (number(root["ended"]) > 0) progress.ended = time_of(root["ended"]);
  progress.position = root["position"].string();
  for (auto one = root["input"].first(); one; one = one.next()) {
    progress.inputs.push_back({number(one.at(0)), number(one.at(1)), number(one.at(2)),
                               number(one.at(3)), std::string(one.at(5).string()),
                               number(one.at(4)) == 1});
  }
  return std::optional(std::move(progress));
}

Status JobFolder::write_refusals(std::size_t input, std::uint64_t offset, const std::string& file,
                                 const std::vector<Refusal>& refusals) const {
  if (refusals.empty()) return {};
  std::string text;
  for (const auto& refusal : refusals) text += outcome_line(refusal, file);
  // Random: the chunk may be refused once more, in other words, and a key seals one file only.
  return write_sealed(
      fmt::format("{:06}-{:020}-{}{}", input, offset, random_name(), refused_ending), text);
}

std::vector<JobFolder::RefusalName> JobFolder::refusal_names() const {
  std::vector<RefusalName> names;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(path_, failure)) {
    RefusalName one{entry.path().filename().string()};
    const std::string_view name = one.name;
    if (!name.ends_with(refused_ending) || name.size() < 28) continue;
    std::from_chars(name.data(), name.data() + 6, one.input);
    std::from_chars(name.data() + 7, name.data() + 27, one.offset);
    names.push_back(std::move(one));
  }
  std::ranges::sort(names, {}, &RefusalName::name);
  return names;
}

std::vector<std::string> JobFolder::refusals_of(std::size_t input) const {
  std::vector<std::string> names;
  for (auto& one : refusal_names()) {
    if (one.input == input) names.push_back(std::move(one.name));
  }
  return names;
}

void JobFolder::drop_refusals_beyond(const ImportProgress& progress) const {
  for (const auto& one : refusal_names()) {
    const bool counted =
        one.input < progress.inputs.size() &&
        (progress.inputs[one.input].done || one.offset < progress.inputs[one.input].offset);
    std::error_code ignored;
    if (!counted) fs::remove(path_ / one.name, ignored);
  }
}

}  // namespace ingest::bulk
