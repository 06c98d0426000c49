// chartlog knowledge check PATH…
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "ops/node/command.h"
#include "ops/node/knowledge_files.h"

namespace ops::node {
namespace {

using Paths = std::vector<std::filesystem::path>;

int failed(const std::string& message) {
  fmt::print(stderr, "chartlog knowledge: {}\n", message);
  return 1;
}

int check(const Paths& paths) {
  const auto texts = read_knowledge_texts(paths);
  if (!texts) return failed(texts.error().message);
  const auto knowledge = knowledge_of(*texts);
  if (!knowledge) return failed("the tables are refused\n" + knowledge.error().message);
  fmt::print("{}", describe(**knowledge));
  return 0;
}

}  // namespace

Run prepare_knowledge(CLI::App& app) {
  auto paths = std::make_shared<Paths>();
  auto* checking = app.add_subcommand(
      "check", "read tables of drug knowledge and say what is in them, or all that is wrong");
  app.require_subcommand(1);
  checking
      ->add_option("path", *paths,
                   ".tsv files, or folders of them; tables not named are as shipped")
      ->required();
  return [paths] { return check(*paths); };
}

}  // namespace ops::node
