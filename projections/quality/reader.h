// ELM's JSON into nodes. Definitions and functions are read when something reachable refers to
// them, so that what a measure does not use need not be supported.
#pragma once

#include <boost/json/fwd.hpp>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "projections/quality/node.h"
#include "projections/quality/problems.h"
#include "projections/quality/query.h"
#include "projections/quality/references.h"

namespace projections::quality {

// A definition or function that was read.
struct Definition {
  std::string library;
  std::string name;
  Node body{};
  std::size_t slots = 0;  // a function's operands come first
  bool is_parameter = false;
  bool is_of_dates = false;  // a parameter of type Interval<Date>
  bool is_function = false;
};

class Terminology;

class Reader {
 public:
  // `libraries` outlive the reader: ELM's `library` objects by identifier.
  Reader(std::map<std::string, const boost::json::object*, std::less<>> libraries,
         const Terminology* terminology)
      : libraries_(std::move(libraries)), terminology_(terminology) {}

  // unsupported: names an ELM node that is not supported; invalid: not ELM as specified.
  // Numbers of definitions; reads all that it reaches.
  events::Result<std::size_t> definition(const std::string& library, std::string_view name);
  // The first function of the name that takes so many operands.
  events::Result<std::size_t> function(const std::string& library, std::string_view name,
                                       std::size_t operands);
  // What is wrong is noted, and reading goes on: `problems` has all of it.
  void read_reachable();
  Problems& problems() { return problems_; }
  std::deque<Definition>& definitions() { return definitions_; }

  // For the forms: an expression, in the scope of the definition being read. One that cannot be
  // read is noted and is a null node; the program is refused at the end.
  events::Result<Node> node(const boost::json::value& json);
  // The same, as an operator even where a form has its name.
  events::Result<Node> operation(const boost::json::object& json);
  // A null node where ELM has nothing.
  events::Result<Node> node_or_null(const boost::json::object& json, std::string_view field);
  events::Result<std::vector<Node>> nodes(const boost::json::value* json);
  // A node of the named fields, in this order; null nodes where ELM has nothing.
  events::Result<Node> fields(const boost::json::object& json, Run run,
                              std::initializer_list<std::string_view> names);
  events::Result<Type> type(const boost::json::value& specifier);

  std::size_t declare(std::string_view name);
  void close(std::size_t names) { names_.resize(names); }
  std::size_t open() const { return names_.size(); }
  std::optional<std::size_t> slot_of(std::string_view name) const;
  std::optional<std::size_t> innermost_slot() const;

  const std::string& library() const { return library_; }
  const Terminology* terminology() const { return terminology_; }  // null: none
  // What `library` includes by this name; nothing: not included.
  std::optional<std::string> included_in(std::string_view library,
                                         std::string_view local_name) const;
  // Of a reference's libraryName; without one: this library.
  events::Result<std::string> library_of(const boost::json::object& reference) const;
  const boost::json::object* library_json(std::string_view name) const;
  // Definitions and overloads of a function.
  const std::vector<const boost::json::object*>& statements(const std::string& library,
                                                            std::string_view name);
  // A number that is read later, by read_reachable.
  std::size_t number_of(const std::string& library, const boost::json::object& definition,
                        const std::string& key);
  events::Error unsupported(std::string what) const;
  events::Error malformed(std::string what) const;

 private:
  std::string here() const;  // of what is being read, for messages
  struct Pending {
    std::size_t number;
    const boost::json::object* json;
  };
  events::Status read(const Pending& pending);
  void check_references();
  events::Status read_parameter(Definition& target, const boost::json::object& parameter,
                                const boost::json::value& specifier);
  events::Result<Node> strict(const Operator& op, const boost::json::object& json);

  std::map<std::string, const boost::json::object*, std::less<>> libraries_;
  // Of a library that was looked into, by name.
  std::map<std::string,
           std::unordered_map<std::string_view, std::vector<const boost::json::object*>>>
      statements_;
  const Terminology* terminology_;
  std::deque<Definition> definitions_;
  std::unordered_map<std::string, std::size_t> numbers_;  // by library, name and overload
  std::vector<Pending> pending_;
  References references_;
  Problems problems_;

  // Of the definition being read.
  std::string library_;
  std::string name_;
  std::vector<std::pair<std::string, std::size_t>> names_;
  std::size_t slots_ = 0;
  std::optional<std::size_t> number_;
  int depth_ = 0;
  int nesting_ = 0;  // the deepest so far
};

// Nodes that are more than an operator over its operands.
using Build = events::Result<Node> (*)(Reader&, const boost::json::object&);
struct Form {
  std::string_view name;
  Build build;
};
std::vector<Form> selector_forms();   // literals, lists, intervals
std::vector<Form> instance_forms();   // tuples, instances of types
std::vector<Form> moment_forms();     // dates and times of their parts
std::vector<Form> control_forms();    // And, If, Case, Coalesce, Message
std::vector<Form> type_forms();       // As, Is, Property, ToList
std::vector<Form> reference_forms();  // names: aliases, definitions, functions
std::vector<Form> query_forms();
std::vector<Form> clinical_forms();  // terminology, parameters, Retrieve

}  // namespace projections::quality
