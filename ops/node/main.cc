#include <CLI/CLI.hpp>
#include <array>

#include "ops/node/command.h"

namespace {

using namespace ops::node;

struct Command {
  const char* name;
  const char* what;
  Run (*prepare)(CLI::App&);
};

constexpr std::array commands{
    Command{"serve", "run a node", &prepare_serve},
    Command{"load", "send FHIR files to a server", &prepare_load},
    Command{"generate", "write a synthetic population", &prepare_generate},
    Command{"topics", "compare the Kafka topics' settings with what we need", &prepare_topics},
    Command{"profiles", "check FHIR profiles, or give them to a node", &prepare_profiles},
    Command{"knowledge", "check tables of drug knowledge, or bring them into force",
            &prepare_knowledge},
    Command{"replay", "ask of the whole log what other drug knowledge would have said",
            &prepare_replay},
    Command{"verify", "hold the log against signed checkpoints", &prepare_verify},
    Command{"measures", "evaluate quality measures over files of patients", &prepare_measures},
    Command{"rebuild", "build all read models again from the log", &prepare_rebuild},
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("An event-sourced health record platform.", "chartlog");
  app.require_subcommand(1);
  std::array<Run, commands.size()> runs;
  std::array<CLI::App*, commands.size()> apps{};
  for (std::size_t i = 0; i < commands.size(); ++i) {
    apps[i] = app.add_subcommand(commands[i].name, commands[i].what);
    runs[i] = commands[i].prepare(*apps[i]);
  }
  CLI11_PARSE(app, argc, argv);
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (apps[i]->parsed()) return runs[i]();
  }
  return 1;
}
