// Writes a Bundle as text around documents that are finished: nothing is parsed again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.h"
#include "query/fhir/subset.h"

namespace query::fhir {

// More bytes than this in one page end it early; the `next` link goes on.
inline constexpr std::size_t page_bytes_max = 8u << 20;

struct HistoryEntry {
  std::string_view type, id;
  events::Version version;
  events::KnownTime updated;
  std::string_view method;  // POST, PUT, DELETE
  std::string_view status;  // "201 Created"
};

class BundleWriter {
 public:
  // `type`: searchset, history, collection …
  BundleWriter(std::string_view type, std::string_view base_url)
      : type_(type), base_url_(base_url) {}

  // What is shown of each resource; all of it unless said.
  void subset(const Subset& subset) { subset_ = subset; }
  void total(std::uint64_t total) { total_ = total; }
  void link(std::string_view relation, std::string_view url);
  void updated(events::KnownTime time) { updated_ = time; }
  // `mode`: match, include.
  void resource(std::string_view type, std::string_view id, std::string_view document,
                std::string_view mode = "match");
  // An OperationOutcome with what a lenient search ignored.
  void outcome(std::string_view document);
  // `document` empty: a delete.
  void history(const HistoryEntry& entry, std::string_view document);

  std::size_t entries() const { return entries_; }
  std::size_t bytes() const { return body_.size(); }
  bool full() const { return bytes() >= page_bytes_max; }
  std::string finish() &&;

 private:
  void begin_entry();
  void full_url(std::string_view type, std::string_view id);
  void member(std::string_view type, std::string_view document);

  std::string type_;
  std::string base_url_;
  Subset subset_;
  std::optional<std::uint64_t> total_;
  std::optional<events::KnownTime> updated_;
  std::string links_;
  std::string body_;
  std::size_t entries_ = 0;
};

}  // namespace query::fhir
