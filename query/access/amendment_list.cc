#include "query/access/amendment_list.h"

#include <algorithm>
#include <set>

#include "projections/facts_text.h"
#include "query/access/amendment.h"

namespace query::access {
namespace {

using events::Result;
using projections::text_of;
using projections::VersionRow;
using Type = events::ResourceType;

constexpr std::size_t changes_a_turn = 1000;

// Null for a deletion.
const events::schema::General* task_in(const VersionRow& row) {
  if (row.facts.empty()) return nullptr;
  return flatbuffers::GetRoot<events::schema::Facts>(row.facts.data())->of_as_General();
}

// Among all that it refers to: the focus itself is in the document.
bool refers_to(const VersionRow& row, const VersionedReference& about) {
  const auto* task = task_in(row);
  if (task == nullptr || task->references() == nullptr) return false;
  return std::any_of(task->references()->begin(), task->references()->end(), [&](const auto* one) {
    return one->type() == about.type && text_of(one->id()) == about.id;
  });
}

// In the order in which they came; deleted ones too.
Result<std::vector<std::string>> task_ids(const PatientRead& read) {
  std::vector<std::string> ids;
  std::set<std::string> seen;
  for (events::Offset from;;) {
    const auto changes = read.view->changes(from, read.stream, changes_a_turn);
    if (!changes) return changes.error();
    for (const auto& change : *changes) {
      for (const auto& event : change.events) {
        const bool is_new = event.type == Type::Task && seen.insert(event.id.text()).second;
        if (is_new) ids.push_back(event.id.text());
      }
    }
    if (changes->size() < changes_a_turn) return ids;
    from = changes->back().position.offset.next();
  }
}

// The newest that has content; null if none has. `versions`: newest first.
const VersionRow* newest_content(const std::vector<VersionRow>& versions) {
  const auto found = std::find_if(versions.begin(), versions.end(),
                                  [](const VersionRow& row) { return !row.facts.empty(); });
  return found == versions.end() ? nullptr : &*found;
}

}  // namespace

bool is_amendment(const VersionRow& row) {
  const auto* task = task_in(row);
  if (task == nullptr || task->code() == nullptr || task->code()->codings() == nullptr)
    return false;
  for (const auto* coding : *task->code()->codings()) {
    if (text_of(coding->system()) == amendment_system && text_of(coding->code()) == amendment_code)
      return true;
  }
  return false;
}

Result<std::vector<std::string>> amendment_ids(const PatientRead& read,
                                               const std::optional<VersionedReference>& about) {
  auto ids = task_ids(read);
  if (!ids) return ids;
  std::vector<std::string> wanted;
  for (auto id = ids->rbegin(); id != ids->rend(); ++id) {
    const auto versions = read.view->history(read.stream, Type::Task, *id);
    if (!versions) return versions.error();
    const auto* newest = newest_content(*versions);
    if (newest == nullptr || !is_amendment(*newest)) continue;
    if (!about || refers_to(*newest, *about)) wanted.push_back(std::move(*id));
  }
  return wanted;
}

}  // namespace query::access
