#include "ops/runtime/config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <numeric>

#include "events/check.h"

namespace ops::runtime {
namespace {

using events::invalid;
using events::Result;

std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

Result<std::string> text_of(std::string_view key, const toml::node& value) {
  if (const auto* text = value.as_string()) return text->get();
  if (const auto* number = value.as_integer()) return std::to_string(number->get());
  if (const auto* yes = value.as_boolean()) return std::string(yes->get() ? "true" : "false");
  return invalid(fmt::format("{}: a setting is a text, a whole number or true or false", key));
}

Result<Config::Flags> read_file(const std::filesystem::path& file,
                                std::span<const std::string> known) {
  const auto parsed = [&]() -> Result<toml::table> {
    try {
      return toml::parse_file(file.string());
    } catch (const toml::parse_error& error) {
      return invalid(
          fmt::format("{}:{}: {}", file.string(), error.source().begin.line, error.description()));
    }
  }();
  if (!parsed) return parsed.error();
  Config::Flags values;
  for (const auto& [key, value] : *parsed) {
    const auto name = std::string(key.str());
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      const auto near = nearest(name, known);
      return invalid(fmt::format("{}: there is no setting \"{}\"{}", file.string(), name,
                                 near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
    }
    auto text = text_of(name, value);
    if (!text) return text.error();
    values[name] = std::move(*text);
  }
  return values;
}

}  // namespace

std::string environment_name(std::string_view setting) {
  std::string name = "CHARTLOG_";
  for (const char c : setting)
    name += static_cast<char>(c == '-' ? '_' : c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

std::string nearest(std::string_view name, std::span<const std::string> known) {
  std::string best;
  std::size_t fewest = std::max<std::size_t>(name.size() / 2, 2) + 1;
  for (const auto& candidate : known) {
    const auto needed = edits(name, candidate);
    if (needed < fewest) {
      fewest = needed;
      best = candidate;
    }
  }
  return best;
}

Result<Config> Config::read(std::span<const Setting> settings, const Flags& flags,
                            const Environment& environment,
                            const std::optional<std::filesystem::path>& file) {
  std::vector<std::string> known;
  for (const auto& setting : settings) known.push_back(setting.name);
  Flags in_file;
  if (file) {
    auto read = read_file(*file, known);
    if (!read) return read.error();
    in_file = std::move(*read);
  }
  Config config;
  for (const auto& setting : settings) {
    auto& said = config.said_[setting.name];
    if (const auto flag = flags.find(setting.name); flag != flags.end()) {
      said = {flag->second, "--" + setting.name};
    } else if (const char* variable = environment(environment_name(setting.name));
               variable != nullptr) {
      said = {variable, environment_name(setting.name)};
    } else if (const auto key = in_file.find(setting.name); key != in_file.end()) {
      said = {key->second, fmt::format("{} in {}", setting.name, file->string())};
    } else {
      said = {setting.value, "default"};
    }
  }
  return config;
}

const Config::Said& Config::said(std::string_view name) const {
  const auto found = said_.find(name);
  CHECK(found != said_.end());
  return found->second;
}

const std::string& Config::text(std::string_view name) const { return said(name).value; }

const std::string& Config::origin(std::string_view name) const { return said(name).origin; }

Result<std::uint64_t> Config::number(std::string_view name, std::uint64_t low,
                                     std::uint64_t high) const {
  const auto& value = text(name);
  std::uint64_t number = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
  if (read.ec != std::errc() || read.ptr != value.data() + value.size() || number < low ||
      number > high) {
    return invalid(fmt::format("{}: \"{}\" is not a whole number from {} to {}", origin(name),
                               value, low, high));
  }
  return number;
}

Result<bool> Config::yes(std::string_view name) const {
  const auto& value = text(name);
  if (value == "true" || value == "1" || value == "yes") return true;
  if (value.empty() || value == "false" || value == "0" || value == "no") return false;
  return invalid(fmt::format("{}: \"{}\" is neither true nor false", origin(name), value));
}

}  // namespace ops::runtime
