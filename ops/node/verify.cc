// chartlog verify [--key KEY] [--checkpoints FILE] [--event P:O] | --consistency FILE… |
// --rows [N] [--sample N [--seed S]] | --export FILE
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <random>

#include "events/place_text.h"
#include "ops/node/command.h"
#include "ops/node/log_progress.h"
#include "ops/node/verify_consistency.h"
#include "ops/node/verify_export.h"
#include "ops/node/verify_inputs.h"
#include "ops/node/verify_report.h"
#include "ops/node/verify_rows.h"
#include "ops/runtime/logging.h"

namespace ops::node {
namespace {

// Of the side log, which grows by one a second and partition while there is traffic.
constexpr std::uint64_t side_notes_max = 100'000;

struct VerifyAsked {
  std::vector<std::string> keys;
  std::vector<std::filesystem::path> checkpoints;
  std::vector<std::filesystem::path> consistency;
  std::filesystem::path export_file;
  std::string event;
  bool of_rows = false;
  RowsAsked rows;
  std::optional<std::uint64_t> seed;
};

// Exit codes: 0 nothing found, 1 something found, 2 could not be done.
int cannot(const std::string& message) {
  fmt::print(stderr, "chartlog verify: {}\n", message);
  return 2;
}

// Keys that were named, else the node's own, which proves nothing against whoever has the folder.
events::Result<std::vector<events::proof::Verifier>> trusted_keys(const NodeSettings& settings,
                                                                  const VerifyAsked& asked) {
  if (!asked.keys.empty()) return read_verifiers(asked.keys);
  const auto file = settings.data / "proof" / "key";
  if (!std::filesystem::exists(file)) {
    return events::invalid(
        fmt::format("no key is trusted: name one with --key ({} is not there)", file.string()));
  }
  fmt::print(stderr, "the key in {} is trusted; name one that you got another way with --key\n",
             file.string());
  return read_verifiers({file.string()});
}

void print_findings(const std::vector<events::proof::Finding>& found) {
  for (const auto& one : found) fmt::print("{}: {}\n", events::proof::to_string(one.what), one.why);
}

int print_report(const VerifyReport& report, std::uint64_t left_out, double seconds) {
  print_findings(report.found);
  for (const auto& one : report.skipped) fmt::print("does not read: {}\n", one);
  fmt::print("{} records, {} bytes in {:.1f} s, {:.0f} MB/s; {} checkpoints", report.records,
             report.bytes, seconds,
             static_cast<double>(report.bytes) / 1e6 / std::max(seconds, 1e-3), report.checkpoints);
  if (left_out > 0) fmt::print(", {} older ones left out", left_out);
  fmt::print("; {} records lie behind the newest checkpoint, nothing is proven of them\n",
             report.uncovered);
  if (!report.event.empty()) fmt::print("{}\n", report.event);
  if (report.found.empty() && report.skipped.empty()) {
    fmt::print("ok: the log is what was signed\n");
    return 0;
  }
  return 1;
}

events::Result<std::optional<events::Position>> event_of(const std::string& text) {
  if (text.empty()) return std::optional<events::Position>();
  const auto place = events::parse_place(text);
  if (!place) {
    return events::invalid(
        fmt::format("event: \"{}\" is no place; write <partition>:<offset>", text));
  }
  return place;
}

int run_rows(const NodeSettings& settings, const VerifyAsked& asked) {
  auto wanted = asked.rows;
  wanted.seed = asked.seed ? *asked.seed : std::random_device{}();
  LogProgress progress(0);
  const auto report =
      verify_rows(settings, wanted, [&progress](std::uint64_t records) { progress.add(records); });
  progress.clear();
  if (!report) return cannot(report.error().message);
  if (report->partitions == 0) {
    return cannot(
        fmt::format("{}: no rows to compare; start the node once, or name its folder "
                    "with --data",
                    (settings.data / "shards").string()));
  }
  print_findings(report->found);
  for (const auto& family : report->resting)
    fmt::print("not compared: {} is of another version; start the node or `chartlog rebuild`\n",
               family);
  if (wanted.sample > 0)
    fmt::print("a sample of {} streams; --seed {} chooses the same again\n", report->streams,
               wanted.seed);
  fmt::print("{} rows of {} partitions in {:.1f} s\n", report->rows, report->partitions,
             progress.seconds());
  if (report->found.empty()) fmt::print("ok: the rows are what the log gives\n");
  return report->found.empty() ? 0 : 1;
}

int run_consistency(const NodeSettings& settings, const VerifyAsked& asked) {
  const auto trusted = trusted_keys(settings, asked);
  if (!trusted) return cannot(trusted.error().message);
  const auto report = verify_consistency(asked.consistency, settings.data / "proof", *trusted);
  if (!report) return cannot(report.error().message);
  print_findings(report->found);
  for (const auto& one : report->proven) fmt::print("ok: {}\n", one);
  for (const auto& one : report->alone)
    fmt::print("alone: {}: no other checkpoint of it to hold it against\n", one);
  if (report->found.empty() && report->proven.empty())
    return cannot("nothing to compare: give two checkpoints of one partition");
  if (report->found.empty()) fmt::print("ok: the checkpoints are of one log\n");
  return report->found.empty() ? 0 : 1;
}

int run_verify(const ReadSettings& read, const VerifyAsked& asked) {
  auto settings = read();
  if (!settings) return cannot(settings.error().message);
  if (auto logging = runtime::start_logging(settings->log_level); !logging)
    return cannot(logging.error().message);
  if (!asked.consistency.empty()) return run_consistency(*settings, asked);
  if (asked.of_rows) return run_rows(*settings, asked);
  const auto event = event_of(asked.event);
  if (!event) return cannot(event.error().message);
  auto log = VerifyLog::open(*settings);
  if (!log) return cannot(log.error().message);
  if (!asked.export_file.empty()) {
    const auto skipped = export_log(**log, asked.export_file);
    if (!skipped) return cannot(skipped.error().message);
    for (const auto& one : *skipped) fmt::print("does not read: {}\n", one);
    return skipped->empty() ? 0 : 1;
  }
  auto trusted = trusted_keys(*settings, asked);
  if (!trusted) return cannot(trusted.error().message);
  std::vector<events::proof::Finding> unreadable;
  auto notes = read_note_files(asked.checkpoints);
  if (!notes && notes.error().code != events::ErrorCode::invalid)
    return cannot(notes.error().message);
  if (!notes) {
    unreadable.push_back({events::proof::Flaw::unreadable, notes.error().message});
    notes.emplace();
  }
  auto side = read_side_notes(**log, side_notes_max);
  if (!side) return cannot(side.error().message);
  for (const auto& bytes : side->notes) {
    auto note = events::proof::Note::parse(bytes);
    if (note) {
      notes->push_back(std::move(*note));
    } else {
      unreadable.push_back({events::proof::Flaw::unreadable, "side log: " + note.error().message});
    }
  }
  const auto offsets = records_in(*(*log)->clinical);
  if (!offsets) return cannot(offsets.error().message);

  LogProgress progress(*offsets);
  auto report = verify_log(
      **log, {std::move(*notes), std::move(*trusted), settings->data / "proof", *event},
      [&progress](std::uint64_t bytes, std::uint64_t records) { progress.add(records, bytes); });
  progress.clear();
  if (!report) return cannot(report.error().message);
  std::move(unreadable.begin(), unreadable.end(), std::back_inserter(report->found));
  return print_report(*report, side->left_out, progress.seconds());
}

void add_rows_options(CLI::App& app, const std::shared_ptr<VerifyAsked>& asked) {
  // Without a number CLI11 hands over nothing.
  const auto take = [asked](const std::string& text) {
    asked->of_rows = true;
    if (text.empty()) return;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), asked->rows.partitions);
    if (error != std::errc() || end != text.data() + text.size())
      throw CLI::ValidationError("--rows", "\"" + text + "\" is no number of partitions");
  };
  auto* rows = app.add_option_function<std::string>(
      "--rows", take,
      "only fold all partitions, or so many, again and compare their read models with the live "
      "ones; the node must be stopped");
  rows->expected(0, 1)->type_name("PARTITIONS");
  auto* sample =
      app.add_option("--sample", asked->rows.sample, "of so many streams only, chosen at random")
          ->needs(rows);
  app.add_option("--seed", asked->seed, "chooses the same streams as before")->needs(sample);
}

}  // namespace

Run prepare_verify(CLI::App& app) {
  auto asked = std::make_shared<VerifyAsked>();
  app.add_option("--key", asked->keys,
                 "verifier key whose checkpoints are trusted, or a file of them [DIR/proof/key]");
  app.add_option("--checkpoints", asked->checkpoints,
                 "signed checkpoints handed out before: notes, or an answer of /audit/checkpoints; "
                 "those of the side log are always read");
  app.add_option("--event", asked->event, "also whether <partition>:<offset> is proven");
  app.add_option("--consistency", asked->consistency,
                 "only hold checkpoints against each other, without the log: files as above, proof "
                 "bundles, answers of /audit/proof/consistency; with the trees of DIR, if it has "
                 "any, and their newest checkpoints");
  add_rows_options(app, asked);
  app.add_option("--export", asked->export_file,
                 "only write records and checkpoints as NDJSON, for ops/verify_proof.py");
  return [read = add_settings(app), asked] { return run_verify(read, *asked); };
}

}  // namespace ops::node
