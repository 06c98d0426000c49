#include "ops/node/verify_consistency.h"

#include <fmt/format.h>

#include "events/proof/tile_tree.h"
#include "ops/node/verify_inputs.h"

namespace ops::node {
namespace {

using events::Error;
using events::ErrorCode;
using events::Result;
using events::proof::ConsistencyReport;
using events::proof::ConsistencySteps;
using events::proof::Flaw;
using events::proof::Origin;

std::vector<std::filesystem::path> newest_of(const std::filesystem::path& trees) {
  std::vector<std::filesystem::path> files;
  std::error_code none;
  for (const auto& tree : std::filesystem::directory_iterator(trees, none))
    if (std::filesystem::exists(tree.path() / "checkpoint"))
      files.push_back(tree.path() / "checkpoint");
  return files;
}

class Steps {
 public:
  Steps(std::vector<ConsistencySteps> given, std::filesystem::path trees)
      : given_(std::move(given)), trees_(std::move(trees)) {}

  Result<ConsistencySteps> between(const Origin& origin, std::uint64_t first,
                                   std::uint64_t second) const {
    for (const auto& one : given_)
      if (one.origin == origin.text() && one.first == first && one.second == second) return one;
    return of_tree(origin, first, second);
  }

 private:
  Result<ConsistencySteps> of_tree(const Origin& origin, std::uint64_t first,
                                   std::uint64_t second) const {
    const auto directory = trees_ / std::to_string(origin.partition.value);
    const auto tree = events::proof::TileTree::open_to_read(directory);
    if (!tree && tree.error().code != ErrorCode::not_found) return tree.error();
    if (!tree || (*tree)->size() < second) {
      return Error{ErrorCode::not_found,
                   fmt::format("no steps from one to the other: ask the node that signed the "
                               "newer one for /audit/proof/consistency?partition={}&from={}&to={}",
                               origin.partition.value, first, second),
                   {}};
    }
    const auto root = (*tree)->root(first);
    auto path = (*tree)->consistency(first, second);
    if (!root) return root.error();
    if (!path) return path.error();
    return ConsistencySteps{origin.text(), first, second, *root, std::move(*path)};
  }

  const std::vector<ConsistencySteps> given_;
  const std::filesystem::path trees_;
};

struct Given {
  std::vector<events::proof::Note> notes;
  std::vector<ConsistencySteps> steps;
};

events::Status read_file(const std::filesystem::path& file, Given& given) {
  auto notes = read_note_files({file});
  if (!notes) return notes.error();
  auto steps = read_step_files({file});
  if (!steps) return steps.error();
  std::move(notes->begin(), notes->end(), std::back_inserter(given.notes));
  std::move(steps->begin(), steps->end(), std::back_inserter(given.steps));
  return {};
}

}  // namespace

Result<ConsistencyReport> verify_consistency(const std::vector<std::filesystem::path>& files,
                                             const std::filesystem::path& trees,
                                             const std::vector<events::proof::Verifier>& trusted) {
  ConsistencyReport report;
  auto all = newest_of(trees);
  all.insert(all.end(), files.begin(), files.end());
  Given given;
  for (const auto& file : all) {
    const auto read = read_file(file, given);
    if (!read && read.error().code != ErrorCode::invalid) return read.error();
    if (!read) report.found.push_back({Flaw::unreadable, read.error().message});
  }
  const auto checkpoints = events::proof::trusted_among(given.notes, trusted, report.found);
  const Steps steps(std::move(given.steps), trees);
  auto checked = events::proof::check_consistency(
      checkpoints, [&steps](const Origin& origin, std::uint64_t first, std::uint64_t second) {
        return steps.between(origin, first, second);
      });
  if (!checked) return checked.error();
  checked->found.insert(checked->found.begin(), report.found.begin(), report.found.end());
  return checked;
}

}  // namespace ops::node
