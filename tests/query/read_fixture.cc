#include "tests/query/read_fixture.h"

#include <chrono>

#include "events/check.h"
#include "ops/http/text.h"

namespace tests {
namespace {

constexpr std::chrono::seconds patience{20};

ShardsFixture& opened(ShardsFixture& fixture) {
  fixture.open();
  return fixture;
}

std::size_t count(std::string_view in, std::string_view what) {
  std::size_t found = 0;
  for (auto at = in.find(what); at != in.npos; at = in.find(what, at + what.size())) ++found;
  return found;
}

}  // namespace

ReadFixture::ReadFixture(std::uint32_t partitions)
    : ShardsFixture(partitions),
      sources{*opened(*this).shards, log, node.keys->log_id(), node.secrets.log_secret,
              std::chrono::milliseconds(50)} {}

events::Position ReadFixture::send(const std::string& patient, const std::string& type,
                                   const std::string& id, const std::string& facts) {
  Act act;
  act.type = type;
  act.id = id;
  act.content = std::to_string(std::hash<std::string>()(facts));
  act.facts = facts;
  if (facts.empty()) act.what = Act::Do::remove;
  Request request;
  request.patient = patient;
  request.acts = {act};
  const auto outcome = submit(request);
  CHECK(outcome.verdict == events::Outcome::Verdict::accepted);
  settle();
  return outcome.position;
}

std::string ReadFixture::token(const events::Position& position) const {
  events::PositionToken token(sources.log_id);
  token.see(position);
  return token.text();
}

ops::http::Response ReadFixture::get(const std::string& target,
                                     std::vector<std::pair<std::string, std::string>> headers) {
  auto request = ops::http::read_head({"GET", target, std::move(headers)}, "127.0.0.1:8080");
  CHECK(request.has_value());
  return router.route(*request);
}

boost::json::value ReadFixture::json(const std::string& target) {
  const auto response = get(target);
  EXPECT_EQ(response.status, 200) << response.body;
  return boost::json::parse(response.body);
}

const std::string* header_of(const ops::http::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return &value;
  }
  return nullptr;
}

bool Listener::write(std::string chunk) {
  const std::lock_guard lock(mutex_);
  if (gone_) return false;
  heard_ += chunk;
  changed_.notify_all();
  return true;
}
void Listener::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}
void Listener::hang_up() {
  const std::lock_guard lock(mutex_);
  gone_ = true;
}
bool Listener::hears(std::string_view text, std::size_t times) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return count(heard_, text) >= times; });
}
bool Listener::is_closed() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return closed_; });
}
std::string Listener::heard() {
  const std::lock_guard lock(mutex_);
  return heard_;
}
std::string Listener::last_id() {
  const std::lock_guard lock(mutex_);
  const auto at = heard_.rfind("id: ");
  return at == heard_.npos ? "" : heard_.substr(at + 4, heard_.find('\n', at) - at - 4);
}

}  // namespace tests
