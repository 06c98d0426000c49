#include "ops/node/settings.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/asio/ip/address.hpp>
#include <cstdlib>
#include <sstream>

namespace ops::node {
namespace {

using events::invalid;
using events::Result;

constexpr std::uint64_t retention_days_min = 2192;
constexpr std::uint64_t retention_days_max = 36525;

const std::vector<runtime::Setting>& all_settings() {
  static const std::vector<runtime::Setting> settings{
      {"data", "./chartlog-data", "folder of the log and the read models"},
      {"listen", "127.0.0.1:8080", "host:port of HTTP; port 0: a free one"},
      {"secrets", "", "file of the log's secrets; default: DIR/secrets, made at the first start"},
      {"kafka", "", "brokers host:port,…; without it the log is embedded, on this machine"},
      {"topic", "chartlog", "Kafka topic of the clinical log; <topic>.keys lies beside it"},
      {"partitions", "16", "of a log that has to be made; fixed for its life"},
      {"site", "", "the place of care this node belongs to: of requests that name none"},
      {"roles", "ingest,project,query",
       "of this node; without ingest it is read-only, without query it answers writes only"},
      {"mllp", "", "host:port of HL7 v2; not built yet"},
      {"insecure", "no", "listen on addresses that other machines reach, without authentication"},
      {"body-limit", "134217728", "bytes of one request's body"},
      {"delivery-timeout", "30", "seconds after which an unanswered append is unknown (Kafka)"},
      {"public-url", "",
       "http://host:port by which others reach this node; default: as it listens"},
      {"subscriptions-allow-private", "no",
       "deliver to endpoints on this machine and inside its network too"},
      {"exports-at-once", "2", "exports that run; more are answered 429"},
      {"exports-kept", "3600", "seconds for which the files of a finished export stay"},
      {"export-time-limit", "3600",
       "seconds after which an export is stopped: so long it keeps old rows on disk"},
      {"import-directory", "", "folder whose files imports may read; default: none"},
      {"import-allow-private", "no",
       "import from addresses on this machine and inside its network too"},
      {"imports-at-once", "1", "imports that run; more are answered 429"},
      {"imports-kept", "86400", "seconds for which the refusals of an ended import stay"},
      {"validation", "refuse",
       "of resources that break R4 or a loaded profile: refuse, warn (kept with the issues) or "
       "off"},
      {"order-gate", "off",
       "of orders authored here and now against which a check stops, without a reason: refuse, or "
       "off (not clinically reviewed)"},
      {"access-log", "on", "who was shown what: on, or off, which the log `access` then says"},
      {"access-retention", "3653",
       "days for which it is kept: 2192 (six years) or more; of several nodes the longest counts"},
      {"log-level", "info", "debug, info, warn or error"},
  };
  return settings;
}

Result<NodeSettings> place(const runtime::Config& config, NodeSettings node) {
  const std::string& listen = config.text("listen");
  const auto colon = listen.rfind(':');
  const bool has_port = colon != std::string::npos && colon + 1 < listen.size() &&
                        listen.find_first_not_of("0123456789", colon + 1) == std::string::npos;
  const unsigned long port =
      has_port && listen.size() - colon <= 6 ? std::stoul(listen.substr(colon + 1)) : 65536;
  boost::system::error_code failed;
  std::string host = has_port ? listen.substr(0, colon) : std::string();
  if (host == "localhost") host = "127.0.0.1";
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  const auto address = boost::asio::ip::make_address(host, failed);
  if (failed || port > 65535) {
    return invalid(fmt::format(
        "listen: \"{}\" is not an address and a port; write 127.0.0.1:8080 or [::1]:8080", listen));
  }
  auto insecure = config.yes("insecure");
  if (!insecure) return insecure.error();
  if (!address.is_loopback() && !*insecure) {
    return invalid(
        fmt::format("listen: {} can be reached from other machines and nothing authenticates them "
                    "yet; use a loopback address, "
                    "or say --insecure",
                    listen));
  }
  node.address = host;
  node.port = static_cast<std::uint16_t>(port);
  return node;
}

// A write is judged by the rows of its stream, and a read answers from rows: each needs project.
events::Status read_roles(const std::string& text, NodeSettings& node) {
  bool ingest = false, project = false, query = false;
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    bool* role = word == "ingest"    ? &ingest
                 : word == "project" ? &project
                 : word == "query"   ? &query
                                     : nullptr;
    if (role == nullptr)
      return invalid(
          fmt::format("roles: \"{}\" is none; write some of ingest,project,query", word));
    *role = true;
  }
  if (!project) {
    return invalid(
        fmt::format("roles: \"{}\" lacks project: writes are judged and reads answered from the "
                    "rows that it folds; add it",
                    text));
  }
  node.takes_writes = ingest;
  node.answers_reads = query;
  return {};
}

// 45 CFR 164.528: disclosures are accounted for six years back, and this is what they are told
// from.
events::Status read_retention(const runtime::Config& config, NodeSettings& node) {
  const auto days = config.number("access-retention", 1, retention_days_max);
  if (!days) return days.error();
  if (*days < retention_days_min) {
    return invalid(
        fmt::format("access-retention: {} days are fewer than six years, for which disclosures "
                    "must be accounted for (45 CFR 164.528); write {} or more",
                    *days, retention_days_min));
  }
  node.access_retention_days = static_cast<std::uint32_t>(*days);
  return {};
}

Result<NodeSettings> settle(const runtime::Config& config) {
  NodeSettings node;
  node.data = config.text("data");
  node.secrets = config.text("secrets").empty() ? node.data / "secrets"
                                                : std::filesystem::path(config.text("secrets"));
  node.kafka = config.text("kafka");
  node.topic = config.text("topic");
  node.site = config.text("site");
  node.log_level = config.text("log-level");
  auto partitions = config.number("partitions", 1, 1024);
  if (!partitions) return partitions.error();
  node.partitions = static_cast<std::uint32_t>(*partitions);
  auto body = config.number("body-limit", 1024, 1u << 30);
  if (!body) return body.error();
  node.body_bytes_max = *body;
  auto delivery = config.number("delivery-timeout", 1, 600);
  if (!delivery) return delivery.error();
  node.delivery_timeout = std::chrono::seconds(*delivery);
  auto allow_private = config.yes("subscriptions-allow-private");
  if (!allow_private) return allow_private.error();
  node.subscriptions_allow_private = *allow_private;
  auto at_once = config.number("exports-at-once", 1, 16);
  if (!at_once) return at_once.error();
  node.exports_at_once = *at_once;
  auto kept = config.number("exports-kept", 1, 604800);
  if (!kept) return kept.error();
  node.exports_kept = std::chrono::seconds(*kept);
  auto limit = config.number("export-time-limit", 1, 86400);
  if (!limit) return limit.error();
  node.export_time_limit = std::chrono::seconds(*limit);
  node.import_directory = config.text("import-directory");
  auto from_private = config.yes("import-allow-private");
  if (!from_private) return from_private.error();
  node.import_allow_private = *from_private;
  auto imports = config.number("imports-at-once", 1, 16);
  if (!imports) return imports.error();
  node.imports_at_once = *imports;
  auto imports_kept = config.number("imports-kept", 1, 2592000);
  if (!imports_kept) return imports_kept.error();
  node.imports_kept = std::chrono::seconds(*imports_kept);
  node.public_url = config.text("public-url");
  while (node.public_url.ends_with('/')) node.public_url.pop_back();
  if (auto fit = read_roles(config.text("roles"), node); !fit) return fit.error();
  const auto mode = ingest::validation::mode_named(config.text("validation"));
  if (!mode)
    return invalid(fmt::format("validation: \"{}\" is not known; write refuse, warn or off",
                               config.text("validation")));
  node.validation = *mode;
  const auto& accesses = config.text("access-log");
  if (accesses != "on" && accesses != "off")
    return invalid(fmt::format("access-log: \"{}\" is not known; write on or off", accesses));
  node.access_log = accesses == "on";
  if (auto retained = read_retention(config, node); !retained) return retained.error();
  const auto& gate = config.text("order-gate");
  if (gate != "off" && gate != "refuse")
    return invalid(fmt::format("order-gate: \"{}\" is not known; write refuse or off", gate));
  node.order_gate = gate == "refuse";
  if (node.order_gate && !node.answers_reads)
    return invalid(
        "order-gate: refuse needs the role query, whose checks it asks; add it to roles");
  if (!config.text("mllp").empty()) return invalid("mllp: HL7 v2 is not built yet; leave it out");
  return place(config, std::move(node));
}

}  // namespace

ReadSettings add_settings(CLI::App& app) {
  auto flags = std::make_shared<std::map<std::string, std::string>>();
  auto file = std::make_shared<std::string>();
  for (const runtime::Setting& setting : all_settings()) {
    const std::string what =
        setting.value.empty() ? setting.what : fmt::format("{} [{}]", setting.what, setting.value);
    if (setting.name == "insecure" || setting.name.ends_with("-allow-private")) {
      app.add_flag_callback(
          "--" + setting.name, [flags, name = setting.name] { (*flags)[name] = "yes"; }, what);
    } else {
      app.add_option_function<std::string>(
          "--" + setting.name,
          [flags, name = setting.name](const std::string& value) { (*flags)[name] = value; }, what);
    }
  }
  app.add_option("--config", *file, "TOML file of the same settings");
  return [flags, file]() -> Result<NodeSettings> {
    const runtime::Config::Flags said(flags->begin(), flags->end());
    const auto environment = [](const std::string& name) { return std::getenv(name.c_str()); };
    const auto path = file->empty() ? std::nullopt : std::optional<std::filesystem::path>(*file);
    auto config = runtime::Config::read(all_settings(), said, environment, path);
    if (!config) return config.error();
    return settle(*config);
  };
}

}  // namespace ops::node
