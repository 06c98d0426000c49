#include "query/measures/board_asked.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

namespace query::measures {
namespace {

using events::Result;
using kept::BoardPointer;
using ops::http::Request;

constexpr std::size_t named_max = 80;

bool names(const kept::Package& package, std::string_view measure) {
  return measure == package.id || measure == package.resource_id || measure == package.name ||
         measure == package.url || measure == package.url + "|" + package.version;
}

events::Error no_measure(const Context& context, std::string_view measure) {
  std::set<std::string> ids;
  for (const auto& board : context.keeper.boards().all()) ids.insert(board->package->id);
  return {events::ErrorCode::not_found,
          fmt::format("measure {}: none of this name is loaded; there are: {}; `chartlog measures "
                      "load` brings one",
                      measure.substr(0, named_max),
                      ids.empty() ? std::string("none") : fmt::format("{}", fmt::join(ids, ", "))),
          "measure"};
}

events::Error not_kept(const std::vector<BoardPointer>& boards, const std::string& what) {
  std::set<std::string> there;
  for (const auto& board : boards)
    there.insert(fmt::format("{} over {}", board->package->id, board->period.text));
  return {events::ErrorCode::not_found,
          fmt::format("{}: is not kept for this measure; there are {}; `chartlog measures load "
                      "--period` opens one",
                      what, fmt::join(there, ", ")),
          "period"};
}

}  // namespace

Result<std::vector<BoardPointer>> boards_named(const Context& context, std::string_view measure) {
  std::vector<BoardPointer> found;
  for (const auto& board : context.keeper.boards().all()) {
    if (names(*board->package, measure)) found.push_back(board);
  }
  if (found.empty()) return no_measure(context, measure);
  return found;
}

BoardPointer choose(const Reading& reading, const std::vector<BoardPointer>& boards,
                    const Choice& choice) {
  auto best = chosen(boards, choice, reading.day());
  if (best == nullptr) return best;
  const auto spread = [&](const BoardPointer& board) {
    const auto progress = kept::progress_of(reading.rows(), board->number);
    return progress ? progress->partitions : 0;
  };
  for (const auto& board : boards) {
    const bool is_alike = board != best && board->package->id == best->package->id &&
                          board->period.text == best->period.text;
    if (is_alike && spread(board) > spread(best)) best = board;
  }
  return best;
}

Result<BoardPointer> board_asked(const Reading& reading, const Request& request) {
  const auto boards = boards_named(reading.context(), request.capture("measure"));
  if (!boards) return boards.error();
  Choice choice{nullptr, request.parameter("version")};
  std::string period;
  if (const auto* text = request.parameter("period")) {
    auto read = kept::read_period(*text);
    if (!read) return read.error();
    period = std::move(read->text);
    choice.period = &period;
  }
  auto board = choose(reading, *boards, choice);
  if (board != nullptr) return board;
  std::string what = choice.period ? "period " + period : std::string();
  if (choice.version != nullptr)
    what += (what.empty() ? "version " : ", version ") + choice.version->substr(0, named_max);
  return not_kept(*boards, what);
}

}  // namespace query::measures
