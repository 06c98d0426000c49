// The subcommands of `chartlog`, one file each, listed in main.cc.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace ops::node {

// Adds its options to `app`; what comes back runs once they are read, and its result is
// the exit code. Kept alive until then.
using Run = std::function<int()>;

Run prepare_serve(CLI::App& app);
Run prepare_load(CLI::App& app);
Run prepare_generate(CLI::App& app);
Run prepare_topics(CLI::App& app);
Run prepare_rebuild(CLI::App& app);
Run prepare_profiles(CLI::App& app);
Run prepare_knowledge(CLI::App& app);
Run prepare_replay(CLI::App& app);
Run prepare_measures(CLI::App& app);
Run prepare_verify(CLI::App& app);

}  // namespace ops::node
