// Settings by name. A setting `body-limit` is said as --body-limit, as
// CHARTLOG_BODY_LIMIT, or as `body-limit = …` in the TOML file that --config
// names; the first of these wins, then the default.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.h"

namespace ops::runtime {

struct Setting {
  std::string name;
  std::string value;  // default, as text
  std::string what;   // one line for --help
};

class Config {
 public:
  using Flags = std::map<std::string, std::string, std::less<>>;       // only those given
  using Environment = std::function<const char*(const std::string&)>;  // std::getenv, or a test's

  // invalid: the file cannot be read, or has a key that no setting has (named, with the
  // nearest one that there is). Unknown CHARTLOG_* variables are no error: an
  // orchestrator sets some of its own (CHARTLOG_SERVICE_HOST).
  static events::Result<Config> read(std::span<const Setting> settings, const Flags& flags,
                                     const Environment& environment,
                                     const std::optional<std::filesystem::path>& file);

  // All of them CHECK that there is such a setting.
  const std::string& text(std::string_view name) const;
  // invalid: names the setting, its value and the range.
  events::Result<std::uint64_t> number(std::string_view name, std::uint64_t low,
                                       std::uint64_t high) const;
  events::Result<bool> yes(
      std::string_view name) const;  // true, false, 1, 0, yes, no; empty: false
  // Where it was said: "--listen", "CHARTLOG_LISTEN", the file, or "default".
  const std::string& origin(std::string_view name) const;

 private:
  struct Said {
    std::string value;
    std::string origin;
  };
  const Said& said(std::string_view name) const;
  std::map<std::string, Said, std::less<>> said_;
};

std::string environment_name(std::string_view setting);
// The known name with the fewest edits to `name`; empty if none is near.
std::string nearest(std::string_view name, std::span<const std::string> known);

}  // namespace ops::runtime
