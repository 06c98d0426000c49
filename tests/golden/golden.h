// What the golden bytes of format v1 were made of. tests/golden/v1/ holds the bytes;
// they must open in every later build, so they are made anew only on purpose:
//
//   cmake --build build/release --target make_golden && build/release/make_golden tests/golden/v1
#pragma once

#include <string>
#include <vector>

#include "events/access/access_entry.h"
#include "events/access/access_record.h"
#include "events/access/trim_notice.h"
#include "events/commit.h"

namespace golden {

inline constexpr std::uint32_t partitions = 4;

events::Secrets secrets();
events::LogId log_id();
events::DataKey data_key();
events::CommitDraft draft();  // borrows documents(), which lives on
const std::vector<std::string>& documents();
// Of the side log `access`: one entry with every field.
events::access::Entry access_entry();
events::access::Record access_record();
// What its notice of a trim says; its record has a retention too.
events::access::TrimNotice trim_notice();
events::access::Record trim_record();

}  // namespace golden
