#include "ingest/json.h"

#include "ingest/json_tree.h"

namespace ingest::json {
namespace {

bool has_children(const Node& node) {
  return (node.kind == Kind::array || node.kind == Kind::object) && node.extra != 0;
}

}  // namespace

Kind Value::kind() const { return tree_ ? tree_->nodes[node_].kind : Kind::null; }
bool Value::is_object() const { return kind() == Kind::object; }
bool Value::is_array() const { return kind() == Kind::array; }
bool Value::is_string() const { return kind() == Kind::string; }

Value Value::operator[](std::string_view name) const {
  if (!is_object() || tree_->nodes[node_].extra == 0) return {};
  Value found;
  for (std::uint32_t child = node_ + 1; child != 0; child = tree_->nodes[child].next) {
    const Node& at = tree_->nodes[child];
    if (!at.name_escaped && at.name_size != name.size()) continue;
    if (tree_->name_of(child) != name) continue;
    found = Value(tree_, child);
    if (tree_->duplicates_refused) break;
  }
  return found;
}

Value Value::at(std::size_t index) const {
  Value child = first();
  for (; child && index > 0; --index) child = child.next();
  return child;
}

std::size_t Value::size() const {
  return is_array() || is_object() ? tree_->nodes[node_].extra : 0;
}

std::string_view Value::string() const {
  if (!is_string()) return {};
  const Node& at = tree_->nodes[node_];
  if (at.extra != 0) return tree_->unescaped[at.extra - 1];
  return tree_->text.substr(at.begin + 1, at.end - at.begin - 2);
}

std::string_view Value::token() const {
  switch (kind()) {
    case Kind::boolean:
    case Kind::number:
      return raw();
    case Kind::string:
      return string();
    default:
      return {};
  }
}

std::optional<bool> Value::boolean() const {
  if (kind() != Kind::boolean) return std::nullopt;
  return raw() == "true";
}

std::uint32_t Value::begin() const { return tree_ ? tree_->nodes[node_].begin : 0; }
std::uint32_t Value::end() const { return tree_ ? tree_->nodes[node_].end : 0; }

std::string_view Value::raw() const {
  return tree_ ? tree_->text.substr(begin(), end() - begin()) : std::string_view{};
}

std::string_view Value::name() const {
  return tree_ && tree_->nodes[node_].named ? tree_->name_of(node_) : std::string_view{};
}

std::uint32_t Value::name_begin() const {
  if (!tree_) return 0;
  const Node& at = tree_->nodes[node_];
  return at.named ? at.name_begin - 1 : at.begin;
}

Value Value::first() const {
  return tree_ && has_children(tree_->nodes[node_]) ? Value(tree_, node_ + 1) : Value();
}

Value Value::next() const {
  if (!tree_ || tree_->nodes[node_].next == 0) return {};
  return {tree_, tree_->nodes[node_].next};
}

std::string Value::path() const { return tree_ ? path_in(Value(tree_, 0)) : std::string(); }

std::string Value::path_in(const Value& resource) const {
  if (!tree_) return {};
  const std::string_view type = resource["resourceType"].string();
  std::string path(type.empty() ? "$" : type);
  Value holder = resource;
  while (holder && holder.node_ != node_) {
    std::size_t index = 0;
    Value child = holder.first();
    // The child that holds this node is the last that does not begin after it.
    for (Value next = child.next(); next && next.node_ <= node_; next = child.next()) {
      child = next;
      ++index;
    }
    if (holder.is_array()) {
      path.append("[").append(std::to_string(index)).append("]");
    } else if (child) {
      path.append(".").append(child.name());
    }
    holder = child;
  }
  return path;
}

events::Result<Document> Document::parse(std::string_view text, bool refuse_duplicates,
                                         const Limits& limits) {
  auto tree = std::make_unique<Tree>();
  tree->text = text;
  tree->duplicates_refused = refuse_duplicates;
  if (auto done = read(*tree, limits); !done) return done.error();
  return Document(std::move(tree));
}

Document::Document(std::unique_ptr<Tree> tree) : tree_(std::move(tree)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;
Value Document::root() const { return {tree_.get(), 0}; }
std::string_view Document::text() const { return tree_->text; }

}  // namespace ingest::json
