#include "query/bulk/export_files.h"

#include <fmt/format.h>

#include <algorithm>

namespace query::bulk {
namespace {

constexpr std::size_t deletes_a_bundle = 500;
const std::string deleted_name = "deleted.ndjson", error_name = "error.ndjson";

}  // namespace

events::Secret file_key(const events::Secret& job, std::string_view name) {
  return events::hmac(job, {"export file", name});
}

Status ExportFiles::line(const std::string& name, std::string_view text) {
  File& file = files_[name];
  if (file.writer == nullptr) {
    auto made = events::SealedFileWriter::make(folder_ / name, file_key(key_, name));
    if (!made) return made.error();
    file.writer = std::make_unique<events::SealedFileWriter>(std::move(*made));
  }
  ++file.lines;
  if (auto written = file.writer->append(text); !written) return written;
  return file.writer->append("\n");
}

Status ExportFiles::resource(events::ResourceType type, std::string document) {
  // Documents are as they were sent; in JSON a line break is space between tokens.
  std::replace(document.begin(), document.end(), '\n', ' ');
  std::replace(document.begin(), document.end(), '\r', ' ');
  ++resources_;
  return line(fmt::format("{}.ndjson", events::type_name(type)), document);
}

Status ExportFiles::deleted(events::ResourceType type, std::string_view id) {
  deletes_ += fmt::format(R"({}{{"request":{{"method":"DELETE","url":"{}/{}"}}}})",
                          deletes_.empty() ? "" : ",", events::type_name(type), id);
  return ++deletes_waiting_ < deletes_a_bundle ? Status() : end_deletes();
}

Status ExportFiles::end_deletes() {
  if (deletes_waiting_ == 0) return {};
  auto written = line(
      deleted_name,
      fmt::format(R"({{"resourceType":"Bundle","type":"transaction","entry":[{}]}})", deletes_));
  deletes_.clear();
  deletes_waiting_ = 0;
  return written;
}

Status ExportFiles::problem(const events::Error& error, std::string_view severity) {
  return line(error_name, ops::http::operation_outcome({error}, severity));
}

Status ExportFiles::finish() {
  if (auto ended = end_deletes(); !ended) return ended;
  for (auto& [name, file] : files_) {
    if (auto ended = file.writer->finish(); !ended) return ended;
  }
  return {};
}

std::string ExportFiles::manifest_lists(std::string_view url) const {
  std::string output, deleted, error;
  for (const auto& [name, file] : files_) {
    const bool is_deleted = name == deleted_name, is_error = name == error_name;
    std::string& list = is_deleted ? deleted : is_error ? error : output;
    const std::string type = is_deleted ? "Bundle"
                             : is_error ? "OperationOutcome"
                                        : name.substr(0, name.find('.'));
    list += fmt::format(R"({}{{"type":"{}","url":{},"count":{}}})", list.empty() ? "" : ",", type,
                        ops::http::json_quote(fmt::format("{}/{}", url, name)), file.lines);
  }
  return fmt::format(R"("output":[{}],"deleted":[{}],"error":[{}])", output, deleted, error);
}

}  // namespace query::bulk
