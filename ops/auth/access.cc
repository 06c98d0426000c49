#include "ops/auth/access.h"

#include <algorithm>
#include <chrono>

namespace ops::auth {
namespace {

thread_local AccessScope* innermost = nullptr;
thread_local int trials = 0;

}  // namespace

AccessScope::AccessScope() : outer_(innermost) { innermost = this; }
AccessScope::~AccessScope() { innermost = outer_; }

events::access::Entry AccessScope::take(const Principal& who) {
  events::access::Entry entry;
  entry.time = std::chrono::floor<events::Micros>(std::chrono::system_clock::now());
  entry.subject = who.subject;
  entry.issuer = who.issuer;
  entry.role = who.role;
  entry.site = who.site;
  entry.purpose = who.purpose;
  std::sort(patients_.begin(), patients_.end());
  patients_.erase(std::unique(patients_.begin(), patients_.end()), patients_.end());
  entry.patients = std::move(patients_);
  entry.resources = std::move(resources_);
  patients_.clear();
  resources_.clear();
  return entry;
}

TrialScope::TrialScope() { ++trials; }
TrialScope::~TrialScope() { --trials; }
bool TrialScope::is_on() { return trials > 0; }

void note_question(const Question& question) {
  if (innermost == nullptr) return;
  switch (question.access) {
    case Access::read:
    case Access::search:
    case Access::feed:
    case Access::operate:
      innermost->asked_to_read_ = true;
      break;
    case Access::create:
    case Access::update:
    case Access::remove:
      return;
  }
  note_patient(question.patient);
}

void note_patient(std::string_view patient) {
  if (innermost == nullptr || patient.empty()) return;
  auto& all = innermost->patients_;
  // Most answers are about one patient, or name each many times in a row.
  if (all.empty() || all.back() != patient) all.emplace_back(patient);
}

void note_returned(events::ResourceType type, std::string_view id, events::Version version) {
  if (innermost != nullptr) innermost->resources_.add(type, id, version);
}

void note_returned(std::string_view type, std::string_view id, events::Version version) {
  if (innermost == nullptr) return;
  if (const auto known = events::type_of_name(type)) note_returned(*known, id, version);
}

}  // namespace ops::auth
