// A node's way in, whole but for the network: a log in memory, the real Sealer, real
// shards, and the routes. Requests go in as text, what they did is on the log.
#pragma once

#include <prometheus/registry.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "events/log/memory_log.h"
#include "ingest/routes.h"
#include "projections/shards.h"
#include "query/read_context.h"
#include "tests/events/commits.h"
#include "tests/temporary_folder.h"

namespace ingest::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Door {
  // `validator`, if any, outlives the door.
  explicit Door(const IntakeOptions& options = {}, const validation::Validator* validator = nullptr,
                fhir::CheckOrders check_orders = {});

  ops::http::Response send(std::string method, std::string path, std::string body = {},
                           Headers headers = {});
  ops::http::Response post(std::string bundle, Headers headers = {}) {
    return send("POST", "/fhir", std::move(bundle), std::move(headers));
  }
  // GET /commits/{id}: its "state".
  std::string state_of(const std::string& commit);
  std::size_t records() const;  // of all partitions
  // The version as FHIR answers it; "" if there is none.
  std::string read(const std::string& type, const std::string& id);
  void close_shards() { shards.reset(); }

  bool caught_up = true;  // with what was on the log at the start
  static constexpr std::uint32_t partitions = 2;
  ::tests::TemporaryFolder folder;
  events::MemoryLog key_log{1};
  events::MemoryLog log{partitions};
  events::tests::Node node;
  prometheus::Registry registry;
  std::unique_ptr<projections::Shards> shards;
  std::unique_ptr<query::Sources> sources;
  std::unique_ptr<Intake> intake;
  ops::http::Router router;
};

std::string header(const ops::http::Response& response, std::string_view name);

// A Bundle of entries.
std::string transaction(const std::vector<std::string>& entries);
std::string batch(const std::vector<std::string>& entries);
// An entry; `more` are further members of its request.
std::string entry(const std::string& method, const std::string& url, const std::string& resource,
                  const std::string& full_url = {}, const std::string& more = {});
// `identifier` in system "urn:test".
std::string patient(const std::string& identifier = {}, const std::string& id = {});
std::string condition(const std::string& subject, const std::string& text = "asthma",
                      const std::string& id = {});
std::string organization(const std::string& identifier);

}  // namespace ingest::test
