#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>

#include "ops/node/command.h"
#include "ops/node/node.h"
#include "ops/runtime/logging.h"
#include "ops/runtime/signals.h"

namespace ops::node {
namespace {

int serve_failed(const events::Error& error) {
  fmt::print(stderr, "chartlog serve: {}\n", error.message);
  return 1;
}

int run_serve(const ReadSettings& read) {
  auto settings = read();
  if (!settings) return serve_failed(settings.error());
  if (auto logging = runtime::start_logging(settings->log_level); !logging)
    return serve_failed(logging.error());
  runtime::block_stop_signals();
  auto node = Node::start(*settings);
  if (!node) return serve_failed(node.error());
  spdlog::info("serving url=http://{}:{} log={} data=\"{}\"", settings->address, (*node)->port(),
               settings->kafka.empty() ? "embedded" : settings->kafka + "/" + settings->topic,
               settings->data.string());
  const int signal = runtime::wait_for_stop_signal();
  spdlog::info("stopping signal={}", signal);
  node->reset();
  spdlog::info("stopped");
  return 0;
}

}  // namespace

Run prepare_serve(CLI::App& app) {
  return [read = add_settings(app)] { return run_serve(read); };
}

}  // namespace ops::node
