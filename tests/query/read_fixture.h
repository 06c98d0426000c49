// Routes over real shards and a log in memory: GETs without a network.
#pragma once

#include <boost/json.hpp>
#include <condition_variable>
#include <mutex>
#include <string>

#include "query/read_context.h"
#include "tests/projections/fixture.h"

namespace tests {

class ReadFixture : public ShardsFixture {
 public:
  explicit ReadFixture(std::uint32_t partitions = 2);

  // One resource of the patient, recorded and visible. The outcome's position.
  events::Position send(const std::string& patient, const std::string& type, const std::string& id,
                        const std::string& facts);
  std::string token(const events::Position& position) const;  // "at least what lies there"

  // `target`: path and query as written in a URL.
  ops::http::Response get(const std::string& target,
                          std::vector<std::pair<std::string, std::string>> headers = {});
  boost::json::value json(const std::string& target);  // of a 200

  query::Sources sources;
  ops::http::Router router;
};

const std::string* header_of(const ops::http::Response& response, std::string_view name);

// A client of a streamed answer.
class Listener final : public ops::http::ChunkSink {
 public:
  bool write(std::string chunk) override;
  void close() override;
  void hang_up();  // from now on write() says so

  // Waits until `text` has arrived `times` times; false after a while.
  bool hears(std::string_view text, std::size_t times = 1);
  bool is_closed();  // waits for it
  std::string heard();
  std::string last_id();  // as a browser keeps it

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string heard_;
  bool closed_ = false;
  bool gone_ = false;
};

}  // namespace tests
