#include "ingest/validation/validator.h"

#include <fmt/format.h>

#include <set>

#include "ingest/validation/profile_check.h"
#include "ingest/validation/structure.h"

namespace ingest::validation {
namespace {

constexpr std::string_view r4 = "http://hl7.org/fhir/StructureDefinition/";

bool is_of_r4(std::string_view url, std::string_view type) {
  return url.starts_with(r4) && url.substr(r4.size(), url.find('|') - r4.size()) == type;
}

}  // namespace

std::optional<Mode> mode_named(std::string_view name) {
  if (name == "off") return Mode::off;
  if (name == "warn") return Mode::warn;
  if (name == "refuse") return Mode::refuse;
  return std::nullopt;
}

void Validator::check(const json::Value& resource, Issues& issues) const {
  check_structure(resource, issues);
  const json::Value declared = resource["meta"]["profile"];
  if (profiles_ == nullptr || !declared) return;
  const auto set = profiles_->current();
  for (json::Value url = declared.first(); url; url = url.next()) {
    if (const Profile* profile = set->find(url.string()))
      check_profile(resource, *profile, *set, Unchecked::silent, issues);
  }
}

void Validator::check_asked(const json::Value& resource, std::string_view asked,
                            Issues& issues) const {
  check_structure(resource, issues);
  const auto type = resource["resourceType"].string();
  const auto set =
      profiles_ == nullptr ? std::make_shared<const ProfileSet>() : profiles_->current();
  std::set<std::string_view> urls;
  if (!asked.empty()) urls.insert(asked);
  for (json::Value url = resource["meta"]["profile"].first(); url; url = url.next())
    urls.insert(url.string());
  for (const auto url : urls) {
    const Profile* profile = set->find(url);
    if (profile != nullptr) {
      check_profile(resource, *profile, *set, Unchecked::said, issues);
    } else if (!is_of_r4(url, type)) {
      issues.add(url == asked ? Severity::error : Severity::information, "not-found", {},
                 fmt::format("not checked: profile {} is not loaded; use `chartlog profiles load`",
                             url.substr(0, 300)));
    }
  }
}

}  // namespace ingest::validation
