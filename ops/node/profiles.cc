// chartlog profiles check|load PATH… [--to URL]
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "ingest/validation/profile_set.h"
#include "ops/http/client.h"
#include "ops/node/command.h"
#include "ops/node/definitions_package.h"

namespace ops::node {
namespace {

struct ProfilesOptions {
  std::vector<std::filesystem::path> paths;
  std::string url = "http://127.0.0.1:8080";
};

int profiles_failed(const std::string& message) {
  fmt::print(stderr, "chartlog profiles: {}\n", message);
  return 1;
}

events::Result<DefinitionsPackage> read(const ProfilesOptions& options) {
  auto package = read_definitions(options.paths);
  if (!package) return package;
  if (package->structures == 0)
    return events::invalid(
        "no profile was found; name a .tgz package or a folder of StructureDefinitions");
  return package;
}

int check(const ProfilesOptions& options) {
  auto package = read(options);
  if (!package) return profiles_failed(package.error().message);
  ingest::validation::ProfileSet set;
  if (auto added = set.add(package->bundle); !added) return profiles_failed(added.error().message);
  set.finish();
  for (const auto& [url, profile] : set.profiles()) {
    fmt::print("{} {}{}\n", profile.type, url,
               profile.unchecked_rules.empty()
                   ? ""
                   : fmt::format("; not checked: {}", fmt::join(profile.unchecked_rules, ", ")));
  }
  fmt::print("{} profiles, {} value sets, {} code systems\n", package->structures,
             package->value_sets, package->code_systems);
  return 0;
}

int load(const ProfilesOptions& options) {
  const auto package = read(options);
  if (!package) return profiles_failed(package.error().message);
  auto url = http::Url::parse(options.url);
  if (!url) return profiles_failed(url.error().message);
  http::Client client(std::move(*url));
  const auto answer =
      client.ask("POST", "/profiles", {{"Content-Type", "application/fhir+json"}}, package->bundle);
  if (!answer) return profiles_failed(answer.error().message);
  fmt::print("{}\n", answer->body);
  return answer->status == 200 || answer->status == 201 ? 0 : 1;
}

}  // namespace

Run prepare_profiles(CLI::App& app) {
  auto options = std::make_shared<ProfilesOptions>();
  auto* checking =
      app.add_subcommand("check", "say what is in packages and what of it is not checked");
  auto* loading = app.add_subcommand("load", "give packages to a node");
  app.require_subcommand(1);
  for (auto* one : {checking, loading})
    one->add_option("path", options->paths, ".tgz packages, folders or .json files")->required();
  loading->add_option("--to", options->url, "the server")->capture_default_str();
  return [options, checking] { return checking->parsed() ? check(*options) : load(*options); };
}

}  // namespace ops::node
