#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "ingest/fhir/patch.h"
#include "ingest/fhir/patch_operations.h"
#include "ingest/json_edit.h"

namespace ingest::fhir {
namespace {

using events::Error;
using events::ErrorCode;
using events::invalid;
using events::Result;
using events::Status;
using events::unprocessable;
using json::Editable;
using json::Kind;

using Pointer = std::vector<std::string>;  // RFC 6901, unescaped

struct JsonOperation {
  std::string type;   // RFC 6902: op
  std::string place;  // [2], for messages
  std::string path_text, from_text;
  Pointer path, from;
  std::optional<Editable> value;
};

Error patch_conflict(std::string message) { return {ErrorCode::conflict, std::move(message), {}}; }

std::optional<Pointer> pointer_of(std::string_view text) {
  Pointer parts;
  if (text.empty()) return parts;
  if (text.front() != '/') return std::nullopt;
  for (const char c : text) {
    if (c == '/') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  for (std::string& part : parts) {
    for (auto at = part.find('~'); at != std::string::npos; at = part.find('~', at + 1)) {
      const char next = at + 1 < part.size() ? part[at + 1] : '\0';
      if (next != '0' && next != '1') return std::nullopt;
      part.replace(at, 2, next == '0' ? "~" : "/");
    }
  }
  return parts;
}

// An index as RFC 6901 writes it: no sign, no leading zero.
std::optional<std::size_t> index_of(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return index;
}

Editable* child(Editable& parent, const std::string& part) {
  if (parent.kind == Kind::object) return parent.find(part);
  if (parent.kind != Kind::array) return nullptr;
  const auto index = index_of(part);
  return index && *index < parent.items.size() ? &parent.items[*index] : nullptr;
}

Result<Editable*> value_at(Editable& root, const Pointer& path, std::string_view text) {
  Editable* at = &root;
  for (const std::string& part : path) {
    at = child(*at, part);
    if (at == nullptr) return patch_conflict(fmt::format("\"{}\" is not there", text));
  }
  return at;
}

Status add(Editable& root, const Pointer& path, std::string_view text, Editable value) {
  // What nests deeper is no document here, and all that walks the tree recurs.
  static constexpr std::size_t depth_max = json::Limits{}.depth_max;
  if (path.size() + json::extent_of(value).depth > depth_max) {
    return unprocessable(
        fmt::format("\"{}\" would be nested deeper than {} levels; send flatter data",
                    text.substr(0, 100), depth_max));
  }
  if (path.empty()) {
    root = std::move(value);
    return {};
  }
  auto parent = value_at(root, {path.begin(), path.end() - 1}, text);
  if (!parent) return parent.error();
  Editable& holder = **parent;
  const std::string& last = path.back();
  value.name.clear();
  if (holder.kind == Kind::object) {
    value.name = last;
    if (Editable* there = holder.find(last)) {
      *there = std::move(value);
    } else {
      holder.items.push_back(std::move(value));
    }
    return {};
  }
  if (holder.kind != Kind::array)
    return patch_conflict(fmt::format("\"{}\" leads into neither an object nor an array", text));
  const auto index = last == "-" ? std::optional(holder.items.size()) : index_of(last);
  if (!index || *index > holder.items.size()) {
    return patch_conflict(fmt::format("\"{}\": the array has {} elements; write 0 to {}, or -",
                                      text, holder.items.size(), holder.items.size()));
  }
  holder.items.insert(holder.items.begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
  return {};
}

Result<Editable> take(Editable& root, const Pointer& path, std::string_view text) {
  if (path.empty()) return patch_conflict("the whole resource cannot be taken away; use DELETE");
  auto there = value_at(root, path, text);
  if (!there) return there.error();
  Editable taken = std::move(**there);
  Editable& holder = **value_at(root, {path.begin(), path.end() - 1}, text);
  holder.items.erase(holder.items.begin() + (*there - holder.items.data()));
  return taken;
}

bool is_within(const Pointer& path, const Pointer& outer) {
  return path.size() > outer.size() && std::equal(outer.begin(), outer.end(), path.begin());
}

// A copy of the whole into itself doubles it, so copies together have an end.
constexpr std::size_t copied_bytes_max = 16 << 20;

// Of one patch to one resource.
class Run {
 public:
  Status operator()(Editable& root, const JsonOperation& operation);

 private:
  std::size_t copied_bytes_ = 0;
};

Status Run::operator()(Editable& root, const JsonOperation& operation) {
  const auto& [op, place, path_text, from_text, path, from, value] = operation;
  if (op == "add") return add(root, path, path_text, *value);
  if (op == "remove") {
    auto taken = take(root, path, path_text);
    return taken ? Status{} : Status(taken.error());
  }
  if (op == "move") {
    auto taken = take(root, from, from_text);
    if (!taken) return taken.error();
    return add(root, path, path_text, std::move(*taken));
  }
  if (op == "copy") {
    auto there = value_at(root, from, from_text);
    if (!there) return there.error();
    copied_bytes_ += json::extent_of(**there).bytes;
    if (copied_bytes_ > copied_bytes_max) {
      return unprocessable(
          fmt::format("\"{}\" makes the copies of this patch more than {} bytes; send the resource "
                      "with PUT",
                      from_text, copied_bytes_max));
    }
    return add(root, path, path_text, Editable(**there));
  }
  auto there = value_at(root, path, path_text);
  if (!there) return there.error();
  if (op == "test") {
    if (json::equal(**there, *value)) return {};
    return patch_conflict(
        fmt::format("\"{}\" has another value than the test wants; read the resource "
                    "and try again",
                    path_text));
  }
  Editable replaced = *value;
  replaced.name = std::move((*there)->name);
  **there = std::move(replaced);
  return {};
}

Result<JsonOperation> read_json_operation(const json::Value& from, const std::string& place) {
  const auto refuse = [&](std::string_view what) {
    return invalid(fmt::format("{}: {}", place, what), place);
  };
  if (!from.is_object()) return refuse("is not an object");
  JsonOperation made;
  made.type = from["op"].string();
  made.place = place;
  static constexpr std::string_view known[] = {"add", "remove", "replace", "move", "copy", "test"};
  if (std::ranges::find(known, made.type) == std::end(known)) {
    return refuse(fmt::format("op \"{}\" is not one of add, remove, replace, move, copy, test",
                              made.type.substr(0, 50)));
  }
  if (!from["path"].is_string()) return refuse("path is missing");
  made.path_text = from["path"].string();
  auto path = pointer_of(made.path_text);
  if (!path) {
    return refuse(fmt::format("path \"{}\" is not a JSON Pointer; write /name/0/given",
                              made.path_text.substr(0, 100)));
  }
  made.path = std::move(*path);
  if (made.type == "add" || made.type == "replace" || made.type == "test") {
    if (!from["value"]) return refuse("value is missing");
    made.value = json::editable(from["value"]);
  }
  if (made.type == "move" || made.type == "copy") {
    if (!from["from"].is_string()) return refuse("from is missing");
    made.from_text = from["from"].string();
    auto pointer = pointer_of(made.from_text);
    if (!pointer) return refuse("from is not a JSON Pointer; write /name/0/given");
    made.from = std::move(*pointer);
    if (made.type == "move" && is_within(made.path, made.from))
      return refuse("a value cannot be moved into itself");
  }
  return made;
}

}  // namespace

Result<Patch> read_json_patch(const json::Value& operations, std::string_view element) {
  if (!operations.is_array()) {
    return invalid(fmt::format("{}: a JSON Patch is an array of operations", element),
                   std::string(element));
  }
  return patch_of(operations, element, element, read_json_operation, Run{});
}

}  // namespace ingest::fhir
