// chartlog replay: what a log says, from the log alone.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "ops/node/command.h"
#include "ops/node/replay_knowledge.h"
#include "ops/node/replay_modes.h"
#include "ops/runtime/logging.h"

namespace ops::node {
namespace {

using query::replay::Border;

struct Asked {
  KnowledgeReplay knowledge;
  std::map<std::string, std::string> filter;  // by the parameter's name
  std::string as_of, blame;
  std::vector<std::string> diff;
  bool ndjson = false, late = false;

  int modes() const {
    return !knowledge.tables.empty() + !as_of.empty() + !blame.empty() + !diff.empty() + late;
  }
  bool filters() const {
    return std::any_of(filter.begin(), filter.end(),
                       [](const auto& one) { return !one.second.empty(); });
  }
};

int replay_failed(const std::string& message) {
  fmt::print(stderr, "chartlog replay: {}\n", message);
  return 1;
}

// Each time to the end of the way: what a full disk did not take must not look like the end.
events::Status write_out(std::string_view lines) {
  const auto written = std::fwrite(lines.data(), 1, lines.size(), stdout);
  if (written == lines.size() && std::fflush(stdout) == 0) return {};
  return events::unavailable(
      fmt::format("the output is cut: {}; make room and replay again", std::strerror(errno)));
}

// A token of another log would mean other records.
events::Status check_log(const Border& border, const events::LogId& log) {
  if (!border.position || border.position->log() == log) return {};
  return events::invalid(fmt::format("position {}: of another log; this one is {}",
                                     border.position->text(), events::to_hex(log.bytes())));
}

events::Result<Border> moment_of(std::string_view name, const std::string& text,
                                 const Telling& telling) {
  auto moment = query::replay::parse_border(name, text, true);
  if (!moment) return moment;
  if (auto own = check_log(*moment, telling.log.keys->log_id()); !own) return own.error();
  return moment;
}

Told tell(const Asked& asked, const Telling& telling) {
  if (!asked.as_of.empty()) {
    const auto then = moment_of("as-of", asked.as_of, telling);
    if (!then) return then.error();
    return tell_state(telling, *then);
  }
  if (!asked.diff.empty()) {
    const auto first = moment_of("diff", asked.diff.at(0), telling);
    if (!first) return first.error();
    const auto second = moment_of("diff", asked.diff.at(1), telling);
    if (!second) return second.error();
    return tell_diff(telling, *first, *second);
  }
  if (!asked.blame.empty()) return tell_blame(telling, asked.blame);
  return asked.late ? tell_back_dating(telling) : tell_events(telling);
}

events::Result<query::replay::Filter> filter_of(const Asked& asked) {
  query::replay::Filter filter;
  for (const auto& [name, value] : asked.filter) {
    if (value.empty()) continue;
    if (auto taken = query::replay::take(filter, name, value); !taken) return taken.error();
  }
  return filter;
}

int run_replay(const ReadSettings& read, const Asked& asked) {
  if (asked.modes() > 1)
    return replay_failed(
        "--knowledge, --as-of, --diff, --blame and --late are replays of their own; give one");
  if (!asked.knowledge.tables.empty() && asked.filters())
    return replay_failed("--knowledge judges the whole log and takes no filter; leave it out");
  auto settings = read();
  if (!settings) return replay_failed(settings.error().message);
  if (auto logging = runtime::start_logging(settings->log_level); !logging)
    return replay_failed(logging.error().message);
  if (!asked.knowledge.tables.empty()) {
    auto replay = asked.knowledge;
    replay.ndjson = asked.ndjson;
    auto done = replay_knowledge(*settings, replay);
    if (done) done = write_out({});
    if (!done) return replay_failed(done.error().message);
    return 0;
  }
  auto filter = filter_of(asked);
  if (!filter) return replay_failed(filter.error().message);
  auto log = ReplayLog::open(*settings);
  if (!log) return replay_failed(log.error().message);
  for (const auto* border : {&filter->from, &filter->to}) {
    if (auto own = check_log(*border, (*log)->keys->log_id()); !own)
      return replay_failed(own.error().message);
  }
  const auto records = records_in(*(*log)->clinical);
  if (!records) return replay_failed(records.error().message);
  LogProgress progress(*records);
  const Telling telling{**log, std::move(*filter), progress, asked.ndjson, write_out};
  const auto told = tell(asked, telling);
  progress.clear();
  if (!told) return replay_failed(told.error().message);
  const double seconds = progress.seconds();
  fmt::print(stderr, "{} events of {} records in {:.1f} s, {:.0f} events/s\n", told->events,
             told->records, seconds, static_cast<double>(told->events) / seconds);
  return 0;
}

}  // namespace

Run prepare_replay(CLI::App& app) {
  auto asked = std::make_shared<Asked>();
  for (const auto& parameter : query::replay::filter_parameters()) {
    if (parameter.name == "documents") continue;
    // --site is a setting of nodes.
    const auto flag = parameter.name == "site" ? "--at-site" : "--" + parameter.name;
    app.add_option(flag, asked->filter[parameter.name], parameter.what);
  }
  app.add_flag_callback(
      "--documents", [asked] { asked->filter["documents"] = "true"; },
      "each line with its resource");
  app.add_flag("--ndjson", asked->ndjson, "a JSON object a line");
  app.add_option("--as-of", asked->as_of,
                 "the state then: the newest version of each resource; a day (UTC), an instant "
                 "with zone or a position");
  app.add_option("--diff", asked->diff, "what changed in charts between two such moments")
      ->expected(2);
  app.add_option("--blame", asked->blame, "Type/id: which event each field came from");
  app.add_flag("--late", asked->late, "recorded minus effective, by type, site and author");
  app.add_option("--knowledge", asked->knowledge.tables,
                 "tables of drug knowledge (.tsv, or folders of them) to judge the whole log by; "
                 "tables not named are as shipped");
  app.add_option("--examples", asked->knowledge.examples,
                 "with --knowledge: gained and lost alerts shown, of each a rule")
      ->capture_default_str();
  return [read = add_settings(app), asked] { return run_replay(read, *asked); };
}

}  // namespace ops::node
