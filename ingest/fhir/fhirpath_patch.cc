#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <charconv>

#include "ingest/fhir/patch.h"
#include "ingest/fhir/patch_operations.h"
#include "ingest/fhir/patch_path.h"

namespace ingest::fhir {
namespace {

using events::Error;
using events::ErrorCode;
using events::invalid;
using events::Result;
using events::Status;
using events::unprocessable;
using DefinedElement = events::fhir::Element;
using events::fhir::Type;
using json::Editable;
using json::Kind;

// What is to be put in: `valueQuantity`, a resource, or parts that make an object.
struct Given {
  std::string suffix;  // Quantity; empty: parts or a resource
  Editable value;
  struct Part;
  std::vector<Part> parts;
};
struct Given::Part {
  std::string name;
  Given given;
};

struct Operation {
  std::string type;   // add …
  std::string place;  // Parameters.parameter[2]
  PatchPath path;
  std::string name;
  std::optional<Given> value;
  std::optional<std::size_t> index, source, destination;
};

Error conflict(std::string message) { return {ErrorCode::conflict, std::move(message), {}}; }

// --- reading

Result<Given> read_given(const json::Value& part, const std::string& place) {
  Given given;
  for (auto member = part.first(); member; member = member.next()) {
    const std::string_view name = member.name();
    if (name.starts_with("value") && name.size() > 5) {
      given.suffix = name.substr(5);
      given.value = json::editable(member);
      given.value.name.clear();
    } else if (name == "resource") {
      given.value = json::editable(member);
    } else if (name == "part") {
      given.value = json::empty_object();
      for (auto one = member.first(); one; one = one.next()) {
        auto inner = read_given(one, place);
        if (!inner) return inner;
        given.parts.push_back({std::string(one["name"].string()), std::move(*inner)});
      }
    } else if (name != "name" && name != "id") {
      return invalid(fmt::format("{}: \"{}\" is not understood in a part of a patch", place, name),
                     place);
    }
  }
  return given;
}

Result<std::size_t> read_number(const json::Value& part, const std::string& place) {
  const std::string_view digits = part["valueInteger"].token();
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) {
    return invalid(
        fmt::format("{}: {} is not a valueInteger of 0 or more", place, part["name"].string()),
        place);
  }
  return number;
}

Status read_part(const json::Value& part, Operation& to) {
  const std::string_view name = part["name"].string();
  if (name == "type") {
    to.type = part["valueCode"].string();
  } else if (name == "path") {
    auto path = PatchPath::parse(part["valueString"].string());
    if (!path) return invalid(to.place + ": " + path.error().message, to.place);
    to.path = std::move(*path);
  } else if (name == "name") {
    to.name = part["valueString"].string();
  } else if (name == "value") {
    auto given = read_given(part, to.place);
    if (!given) return given.error();
    to.value = std::move(*given);
  } else if (name == "index" || name == "source" || name == "destination") {
    auto number = read_number(part, to.place);
    if (!number) return number.error();
    (name == "index" ? to.index : name == "source" ? to.source : to.destination) = *number;
  } else {
    return invalid(fmt::format("{}: a patch has no part \"{}\"", to.place, name), to.place);
  }
  return {};
}

Result<Operation> read_operation(const json::Value& parameter, const std::string& place) {
  const auto refuse = [&](std::string_view what) {
    return invalid(fmt::format("{}: {}", place, what), place);
  };
  if (parameter["name"].string() != "operation") return refuse("its name is not \"operation\"");
  Operation made;
  made.place = place;
  for (auto part = parameter["part"].first(); part; part = part.next()) {
    if (auto read = read_part(part, made); !read) return read.error();
  }
  static constexpr std::string_view known[] = {"add", "insert", "delete", "replace", "move"};
  if (std::ranges::find(known, made.type) == std::end(known)) {
    return refuse(fmt::format("type \"{}\" is not one of add, insert, delete, replace, move",
                              made.type.substr(0, 50)));
  }
  if (made.path.text().empty()) return refuse("path is missing");
  if (made.type == "add" && made.name.empty()) return refuse("add needs a name");
  const bool needs_value = made.type == "add" || made.type == "insert" || made.type == "replace";
  if (needs_value && !made.value) return refuse(made.type + " needs a value");
  if (made.type == "insert" && !made.index) return refuse("insert needs an index");
  if (made.type == "move" && (!made.source || !made.destination))
    return refuse("move needs source and destination");
  if ((made.type == "insert" || made.type == "move") && made.path.last_member().empty())
    return refuse("path must end with the name of a list");
  return made;
}

// --- applying

Error no_element(const Type* type, std::string_view name, std::string_view suffix) {
  return unprocessable(fmt::format("{} has no element \"{}\" of type {}",
                                   type == nullptr ? "the value" : type->name, name,
                                   suffix.empty() ? "that value" : suffix));
}

void append(Editable& object, const DefinedElement& element, Editable value) {
  Editable* there = object.find(element.name);
  if (there == nullptr) {
    object.items.push_back(element.list ? json::empty_array() : Editable{});
    there = &object.items.back();
    there->name = element.name;
  }
  if (element.list) {
    there->items.push_back(std::move(value));
    return;
  }
  value.name = element.name;
  *there = std::move(value);
}

// As what `type` has under the parts' names.
Result<Editable> value_of(const Given& given, const Type* type) {
  if (given.parts.empty()) return given.value;
  Editable made = json::empty_object();
  for (const auto& part : given.parts) {
    const DefinedElement* element =
        type == nullptr ? nullptr : defined(*type, part.name, part.given.suffix);
    if (element == nullptr) return no_element(type, part.name, part.given.suffix);
    auto value = value_of(part.given, element->type);
    if (!value) return value;
    append(made, *element, std::move(*value));
  }
  return made;
}

// Primitives with extensions lie in two members whose places must agree.
Status stands_alone(const Editable& holder, std::string_view member) {
  if (holder.find("_" + std::string(member)) == nullptr) return {};
  return Error{ErrorCode::unsupported,
               fmt::format("\"{}\" has extensions in \"_{}\"; use a JSON Patch, which can change "
                           "both",
                           member, member),
               {}};
}

Result<Selected> only_one(Result<std::vector<Selected>> found, const PatchPath& path) {
  if (!found) return found.error();
  if (found->size() == 1) return found->front();
  return conflict(found->empty() ? fmt::format("path \"{}\" leads to nothing", path.text())
                                 : fmt::format("path \"{}\" leads to {} elements; one is needed",
                                               path.text(), found->size()));
}

Status add(Editable& root, const Operation& operation) {
  auto holder = only_one(operation.path.select(root), operation.path);
  if (!holder) return holder.error();
  const DefinedElement* element =
      holder->type == nullptr || holder->value->kind != Kind::object
          ? nullptr
          : defined(*holder->type, operation.name, operation.value->suffix);
  if (element == nullptr) return no_element(holder->type, operation.name, operation.value->suffix);
  if (auto alone = stands_alone(*holder->value, element->name); !alone) return alone;
  auto there = members(*holder, operation.name);
  if (!there) return there.error();
  if (!element->list && !there->empty()) {
    return conflict(fmt::format("\"{}\" is there already; replace it", operation.name));
  }
  auto value = value_of(*operation.value, element->type);
  if (!value) return value.error();
  append(*holder->value, *element, std::move(*value));
  return {};
}

struct List {
  Selected holder;
  const DefinedElement* element = nullptr;
  Editable* values = nullptr;  // null: not there
};

Result<List> list_of(Editable& root, const PatchPath& path) {
  auto holder = only_one(path.select_holder(root), path);
  if (!holder) return holder.error();
  const DefinedElement* element = holder->type == nullptr || holder->value->kind != Kind::object
                                      ? nullptr
                                      : holder->type->find(path.last_member());
  if (element == nullptr || !element->list) {
    return unprocessable(fmt::format("path \"{}\" does not name a list", path.text()));
  }
  if (auto alone = stands_alone(*holder->value, element->name); !alone) return alone.error();
  return List{*holder, element, holder->value->find(element->name)};
}

Status insert(Editable& root, const Operation& operation) {
  auto list = list_of(root, operation.path);
  if (!list) return list.error();
  auto value = value_of(*operation.value, list->element->type);
  if (!value) return value.error();
  const std::size_t size = list->values == nullptr ? 0 : list->values->items.size();
  if (*operation.index > size) {
    return conflict(fmt::format("index {}: the list has {} elements", *operation.index, size));
  }
  if (list->values == nullptr) {
    append(*list->holder.value, *list->element, std::move(*value));
    return {};
  }
  auto& items = list->values->items;
  items.insert(items.begin() + static_cast<std::ptrdiff_t>(*operation.index), std::move(*value));
  return {};
}

Status move(Editable& root, const Operation& operation) {
  auto list = list_of(root, operation.path);
  if (!list) return list.error();
  const std::size_t size = list->values == nullptr ? 0 : list->values->items.size();
  if (*operation.source >= size || *operation.destination >= size) {
    return conflict(fmt::format("move from {} to {}: the list has {} elements", *operation.source,
                                *operation.destination, size));
  }
  auto& items = list->values->items;
  Editable moved = std::move(items[*operation.source]);
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(*operation.source));
  items.insert(items.begin() + static_cast<std::ptrdiff_t>(*operation.destination),
               std::move(moved));
  return {};
}

// R4: "Path of the element to delete (if found)".
Status remove(Editable& root, const Operation& operation) {
  auto found = operation.path.select(root);
  if (!found) return found.error();
  if (found->empty()) return {};
  auto one = only_one(std::move(found), operation.path);
  if (!one) return one.error();
  if (one->holder == nullptr) return unprocessable("the resource cannot be deleted so; use DELETE");
  Editable& holder = *one->holder;
  if (one->index) {
    if (auto alone = stands_alone(holder, one->member); !alone) return alone;
    auto& items = holder.find(one->member)->items;
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(*one->index));
    return {};
  }
  std::erase_if(holder.items, [&](const Editable& item) {
    return item.name == one->member || item.name == "_" + one->member;
  });
  return {};
}

Status replace(Editable& root, const Operation& operation) {
  auto one = only_one(operation.path.select(root), operation.path);
  if (!one) return one.error();
  if (one->holder == nullptr) return unprocessable("the resource cannot be replaced so; use PUT");
  const DefinedElement* element = one->element;
  if (element->choice != 0 && one->owner != nullptr) {  // may become another form of the choice
    const auto base = element->definition.substr(0, element->definition.size() - 3);
    element = defined(*one->owner, base, operation.value->suffix);
    if (element == nullptr) return no_element(one->owner, base, operation.value->suffix);
  }
  if (auto alone = stands_alone(*one->holder, one->member); !alone) return alone;
  auto value = value_of(*operation.value, element->type);
  if (!value) return value.error();
  value->name = one->index ? std::string() : std::string(element->name);
  *one->value = std::move(*value);
  return {};
}

Status apply(Editable& root, const Operation& operation) {
  if (operation.type == "add") return add(root, operation);
  if (operation.type == "insert") return insert(root, operation);
  if (operation.type == "move") return move(root, operation);
  if (operation.type == "delete") return remove(root, operation);
  return replace(root, operation);
}

Result<std::string> decoded(std::string_view base64, std::string_view element) {
  std::string clean;
  for (const char c : base64) {
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') clean += c;
  }
  std::string text(clean.size() / 4 * 3 + 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(clean.data()),
                                   static_cast<int>(clean.size()));
  if (size <= 0) {
    return invalid(fmt::format("{}.data: is not base64", element), std::string(element) + ".data");
  }
  std::size_t padding = 0;
  while (padding < 2 && clean.size() > padding && clean[clean.size() - 1 - padding] == '=')
    ++padding;
  text.resize(static_cast<std::size_t>(size) - padding);
  return text;
}

}  // namespace

Result<Patch> read_fhirpath_patch(const json::Value& parameters, std::string_view element) {
  if (parameters["resourceType"].string() != "Parameters") {
    return invalid(fmt::format("{}: a FHIRPath Patch is a Parameters resource; send one, or a JSON "
                               "Patch as application/json-patch+json",
                               element),
                   std::string(element));
  }
  return patch_of(parameters["parameter"], fmt::format("{}.parameter", element), element,
                  read_operation, apply);
}

Result<Patch> read_patch_resource(const json::Value& resource, std::string_view element) {
  if (resource["resourceType"].string() != "Binary") return read_fhirpath_patch(resource, element);
  if (resource["contentType"].string() != "application/json-patch+json") {
    return invalid(
        fmt::format("{}.contentType: a patch in a Binary is application/json-patch+json", element),
        std::string(element) + ".contentType");
  }
  auto text = decoded(resource["data"].string(), element);
  if (!text) return text.error();
  auto document = json::Document::parse(*text);
  if (!document) return document.error();
  return read_json_patch(document->root(), std::string(element) + ".data");
}

}  // namespace ingest::fhir
