#include "ops/node/notary.h"

#include <spdlog/spdlog.h>

namespace ops::node {
namespace {

// A name in a signed note has neither blanks nor +.
std::string signer_name(const std::string& site) {
  std::string name = "chartlog." + (site.empty() ? "node" : site);
  for (char& letter : name) {
    const auto code = static_cast<unsigned char>(letter);
    if (code <= 0x20 || code >= 0x7f || letter == '+') letter = '-';
  }
  return name;
}

}  // namespace

events::Status open_notary(const NodeSettings& settings, Storage& storage,
                           prometheus::Registry& metrics,
                           std::unique_ptr<events::EventLog>& checkpoints,
                           std::unique_ptr<projections::Notary>& notary) {
  auto key = events::proof::SigningKey::read_or_make(settings.data / "signing_key",
                                                     signer_name(settings.site));
  if (!key) return key.error();
  spdlog::info("checkpoints signed_by={}", key->verifier().text());
  auto side_log = open_node_log(settings, "checkpoints", 1);
  if (!side_log) return side_log.error();
  checkpoints = std::move(*side_log);
  projections::NotaryOptions options;
  options.directory = settings.data / "proof";
  options.log_secret = storage.secrets.log_secret;
  if (!settings.kafka.empty()) options.topic = settings.topic;
  auto opened =
      projections::Notary::open(options, storage.keys->log_id(), std::move(*key), *storage.clinical,
                                *checkpoints, *storage.shards, metrics);
  if (!opened) return opened.error();
  notary = std::move(*opened);
  return {};
}

}  // namespace ops::node
