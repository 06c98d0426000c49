// Accesses as JSON, as CSV (RFC 4180) and as a page to print.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "query/access/audit_source.h"
#include "query/json_writer.h"

namespace query::access {

std::string_view kind_word(events::access::Kind kind);  // request, live, notification, export
std::string resource_text(const events::access::ResourceVersion& one);  // Type/id/_history/version

// Whoever writes an access shows whose records it was to: noted for the access log. write_access,
// to_csv and to_html do so themselves.
void note_patients(const events::access::Entry& entry);
// One whole object.
void write_access(const Access& access, JsonWriter& json);
void write_agent(const events::access::Entry& entry, JsonWriter& json);
// How many resources of each type: [{"type","count"}].
void write_counts(const events::access::Entry& entry, JsonWriter& json);
const std::string& access_schema();

std::string to_csv(std::span<const Access> accesses);
// No script; `title` and `note` are ours.
std::string to_html(std::string_view title, std::span<const Access> accesses,
                    std::string_view note = {});

}  // namespace query::access
