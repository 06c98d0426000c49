#include "ops/node/verify_inputs.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

namespace ops::node {
namespace {

namespace json = boost::json;
using events::Result;
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

// The member `checkpoints` of an answer of /audit/checkpoints.
Result<std::vector<Note>> notes_of_answer(const std::string& text) {
  boost::system::error_code failed;
  const auto answer = json::parse(text, failed);
  const auto* object = failed ? nullptr : answer.if_object();
  const auto* list = object == nullptr ? nullptr : object->if_contains("checkpoints");
  if (list == nullptr || !list->is_array())
    return events::invalid("not signed notes, nor an answer of /audit/checkpoints");
  std::vector<Note> notes;
  for (const auto& one : list->get_array()) {
    if (!one.is_string()) return events::invalid("checkpoints: one of them is no text");
    auto note = Note::parse(std::string(one.get_string()));
    if (!note) return note.error();
    notes.push_back(std::move(*note));
  }
  return notes;
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

}  // namespace ops::node
