// GET /audit/replay as its client sees it.
#include "query/replay/routes.h"
#include "tests/query/read_fixture.h"

namespace tests {
namespace {

using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Keeps what is written; from the beginning on it has gone.
class GoneClient final : public ops::http::ChunkSink {
 public:
  bool write(std::string chunk) override {
    chunks.push_back(std::move(chunk));
    return false;
  }
  void close() override {}
  std::vector<std::string> chunks;
};

TEST(ReplayRouteTest, AReplayEndsWithItsClientAlsoWhileNothingMatches) {
  ReadFixture read;
  query::replay::add_replay_routes(read.router, read.sources, read.node.opener);
  Request many;
  for (int i = 0; i < 600; ++i) many.acts.push_back(update("c" + std::to_string(i)));
  ASSERT_EQ(read.submit(many).verdict, events::Outcome::Verdict::accepted);
  read.settle();

  const auto client = std::make_shared<GoneClient>();
  read.get("/audit/replay?actor=nobody").stream(client);
  // Asked whether it is there, and never told the end.
  EXPECT_THAT(client->chunks, SizeIs(1));
  EXPECT_THAT(client->chunks, Each(IsEmpty()));

  const auto listener = std::make_shared<Listener>();
  read.get("/audit/replay?actor=nobody").stream(listener);
  EXPECT_THAT(listener->heard(), ::testing::HasSubstr("\"events\":0"));
}

}  // namespace
}  // namespace tests
