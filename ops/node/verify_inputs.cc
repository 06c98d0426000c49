#include "ops/node/verify_inputs.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "events/hmac.h"
#include "events/proof/base64.h"

namespace ops::node {
namespace {

namespace json = boost::json;
using events::Result;
using events::proof::ConsistencySteps;
using events::proof::Hash;
using events::proof::Note;
using events::proof::Verifier;

Result<std::string> file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return events::Error{
        events::ErrorCode::not_found, fmt::format("{}: cannot be read", path.string()), {}};
  }
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

Result<json::object> object_of(const std::string& text) {
  boost::system::error_code failed;
  auto answer = json::parse(text, failed);
  if (failed || !answer.is_object())
    return events::invalid("cut, or neither signed notes nor an answer of a node");
  return std::move(answer.get_object());
}

events::Status add_note(const json::value& one, std::vector<Note>& notes) {
  if (!one.is_string()) return events::invalid("checkpoints: one of them is no text");
  auto note = Note::parse(std::string(one.get_string()));
  if (!note) return note.error();
  notes.push_back(std::move(*note));
  return {};
}

// The member `checkpoints` of an answer of /audit/checkpoints, or `checkpoint` of a bundle.
Result<std::vector<Note>> notes_of_answer(const std::string& text) {
  const auto answer = object_of(text);
  if (!answer) return answer.error();
  std::vector<Note> notes;
  if (const auto* one = answer->if_contains("checkpoint")) {
    if (auto added = add_note(*one, notes); !added) return added.error();
    return notes;
  }
  const auto* list = answer->if_contains("checkpoints");
  if (list == nullptr || !list->is_array()) {
    if (answer->contains("path")) return notes;  // steps between two that are elsewhere
    return events::invalid("not signed notes, nor an answer of /audit/checkpoints");
  }
  for (const auto& one : list->get_array())
    if (auto added = add_note(one, notes); !added) return added.error();
  return notes;
}

Result<Hash> hash_of(const json::value& text) {
  const auto bytes = events::proof::from_base64(std::string(text.as_string()));
  Hash hash{};
  if (!bytes || bytes->size() != hash.size()) return events::invalid("one of them is no hash");
  std::memcpy(hash.data(), bytes->data(), hash.size());
  return hash;
}

Result<ConsistencySteps> read_steps(const json::object& answer) {
  ConsistencySteps steps;
  steps.origin = answer.at("origin").as_string();
  steps.first = answer.at("from").at("size").to_number<std::uint64_t>();
  steps.second = answer.at("to").at("size").to_number<std::uint64_t>();
  const auto root = hash_of(answer.at("from").at("root"));
  if (!root) return root.error();
  steps.first_root = *root;
  for (const auto& one : answer.at("path").as_array()) {
    const auto hash = hash_of(one);
    if (!hash) return hash.error();
    steps.path.push_back(*hash);
  }
  return steps;
}

// Any bytes may come: what is not there or of another type is thrown by the library.
Result<ConsistencySteps> steps_of_answer(const json::object& answer) {
  try {
    return read_steps(answer);
  } catch (const std::exception& error) {
    return events::invalid(fmt::format("no answer of /audit/proof/consistency: {}", error.what()));
  }
}

}  // namespace

Result<std::vector<Verifier>> read_verifiers(const std::vector<std::string>& given) {
  std::vector<Verifier> verifiers;
  for (const auto& one : given) {
    std::string lines = one;
    if (std::filesystem::exists(one)) {
      auto text = file_text(one);
      if (!text) return text.error();
      lines = std::move(*text);
    }
    std::istringstream stream(lines);
    for (std::string line; std::getline(stream, line);) {
      if (line.empty()) continue;
      auto verifier = Verifier::parse(line);
      if (!verifier) return events::invalid("key: " + verifier.error().message);
      verifiers.push_back(std::move(*verifier));
    }
  }
  return verifiers;
}

Result<std::vector<Note>> read_note_files(const std::vector<std::filesystem::path>& files) {
  std::vector<Note> all;
  for (const auto& file : files) {
    const auto text = file_text(file);
    if (!text) return text.error();
    auto notes =
        text->starts_with('{') ? notes_of_answer(*text) : events::proof::parse_notes(*text);
    if (!notes) return events::invalid(fmt::format("{}: {}", file.string(), notes.error().message));
    std::move(notes->begin(), notes->end(), std::back_inserter(all));
  }
  return all;
}

Result<std::vector<ConsistencySteps>> read_step_files(
    const std::vector<std::filesystem::path>& files) {
  std::vector<ConsistencySteps> all;
  for (const auto& file : files) {
    const auto text = file_text(file);
    if (!text) return text.error();
    if (!text->starts_with('{')) continue;
    const auto answer = object_of(*text);
    if (!answer)
      return events::invalid(fmt::format("{}: {}", file.string(), answer.error().message));
    if (!answer->contains("path")) continue;
    auto steps = steps_of_answer(*answer);
    if (!steps) return events::invalid(fmt::format("{}: {}", file.string(), steps.error().message));
    all.push_back(std::move(*steps));
  }
  return all;
}

}  // namespace ops::node
