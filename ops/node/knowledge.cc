// chartlog knowledge check|load PATH… [--to URL]
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "ops/http/client.h"
#include "ops/node/command.h"
#include "ops/node/knowledge_files.h"

namespace ops::node {
namespace {

struct KnowledgeOptions {
  std::vector<std::filesystem::path> paths;
  std::string url = "http://127.0.0.1:8080";
};

int failed(const std::string& message) {
  fmt::print(stderr, "chartlog knowledge: {}\n", message);
  return 1;
}

// The tables as one text, after they were read: what is wrong is said here, not by the server.
events::Result<std::string> checked_bundle(const KnowledgeOptions& options) {
  const auto texts = read_knowledge_texts(options.paths);
  if (!texts) return texts.error();
  const auto knowledge = knowledge_of(*texts);
  if (!knowledge) return events::invalid("the tables are refused\n" + knowledge.error().message);
  fmt::print("{}", describe(**knowledge));
  return bundle_of(*texts);
}

int check(const KnowledgeOptions& options) {
  const auto bundle = checked_bundle(options);
  return bundle ? 0 : failed(bundle.error().message);
}

int load(const KnowledgeOptions& options) {
  const auto bundle = checked_bundle(options);
  if (!bundle) return failed(bundle.error().message);
  auto url = http::Url::parse(options.url);
  if (!url) return failed(url.error().message);
  http::Client client(std::move(*url));
  const auto answer =
      client.ask("PUT", "/settings/knowledge", {{"Content-Type", "text/plain"}}, *bundle);
  if (!answer) return failed(answer.error().message);
  fmt::print("{}\n", answer->body);
  return answer->status == 200 || answer->status == 201 ? 0 : 1;
}

}  // namespace

Run prepare_knowledge(CLI::App& app) {
  auto options = std::make_shared<KnowledgeOptions>();
  auto* checking = app.add_subcommand(
      "check", "read tables of drug knowledge and say what is in them, or all that is wrong");
  auto* loading = app.add_subcommand(
      "load", "check tables and bring them into force on all nodes of a log, from now on");
  app.require_subcommand(1);
  for (auto* one : {checking, loading}) {
    one->add_option("path", options->paths,
                    ".tsv files, or folders of them; tables not named are as shipped")
        ->required();
  }
  loading->add_option("--to", options->url, "the server")->capture_default_str();
  return [options, checking] { return checking->parsed() ? check(*options) : load(*options); };
}

}  // namespace ops::node
