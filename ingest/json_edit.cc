#include "ingest/json_edit.h"

#include <algorithm>

#include "events/decimal.h"
#include "ops/http/http.h"

namespace ingest::json {
namespace {

void write(const Editable& value, std::string& to) {
  if (!value.is_container()) {
    to += value.token;
    return;
  }
  const bool object = value.kind == Kind::object;
  to += object ? '{' : '[';
  bool first = true;
  for (const Editable& item : value.items) {
    if (!first) to += ',';
    first = false;
    if (object) to.append(ops::http::json_quote(item.name)) += ':';
    write(item, to);
  }
  to += object ? '}' : ']';
}

}  // namespace

const Editable* Editable::find(std::string_view member) const {
  if (kind != Kind::object) return nullptr;
  const auto found =
      std::ranges::find_if(items, [&](const Editable& item) { return item.name == member; });
  return found == items.end() ? nullptr : &*found;
}

Editable* Editable::find(std::string_view member) {
  return const_cast<Editable*>(std::as_const(*this).find(member));
}

std::string Editable::string() const {
  if (kind != Kind::string) return token;
  auto parsed = Document::parse(token);
  return parsed ? std::string(parsed->root().string()) : std::string();
}

Editable editable(const Value& value) {
  Editable made;
  made.kind = value.kind();
  made.name = value.name();
  if (!made.is_container()) {
    made.token = value.raw();
    return made;
  }
  made.token.clear();
  made.items.reserve(value.size());
  for (auto item = value.first(); item; item = item.next()) made.items.push_back(editable(item));
  return made;
}

Editable empty_object() { return {Kind::object, {}, {}, {}}; }
Editable empty_array() { return {Kind::array, {}, {}, {}}; }

std::string text_of(const Editable& value) {
  std::string text;
  write(value, text);
  return text;
}

bool equal_numbers(std::string_view one, std::string_view other) {
  const auto a = events::Decimal::parse(one), b = events::Decimal::parse(other);
  return a && b ? *a == *b : one == other;
}

bool equal(const Editable& one, const Editable& other) {
  if (one.kind != other.kind || one.items.size() != other.items.size()) return false;
  switch (one.kind) {
    case Kind::number:
      return equal_numbers(one.token, other.token);
    case Kind::string:
      return one.string() == other.string();
    case Kind::object:
      return std::ranges::all_of(one.items, [&](const Editable& item) {
        const Editable* same = other.find(item.name);
        return same != nullptr && equal(item, *same);
      });
    case Kind::array:
      return std::ranges::equal(one.items, other.items, equal);
    default:
      return one.token == other.token;
  }
}

Extent extent_of(const Editable& value) {
  Extent whole{0, value.name.size() + value.token.size() + 1};
  for (const Editable& item : value.items) {
    const Extent inner = extent_of(item);
    whole.depth = std::max(whole.depth, inner.depth);
    whole.bytes += inner.bytes;
  }
  whole.depth += value.is_container();
  return whole;
}

void drop_empty(Editable& value) {
  for (Editable& item : value.items) drop_empty(item);
  std::erase_if(value.items,
                [](const Editable& item) { return item.is_container() && item.items.empty(); });
}

}  // namespace ingest::json
