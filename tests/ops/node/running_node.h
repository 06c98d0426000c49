// A whole node on the embedded log in a temporary folder, asked over HTTP.
#pragma once

#include <gtest/gtest.h>

#include "ops/http/client.h"
#include "ops/node/node.h"
#include "tests/temporary_folder.h"

namespace ops::node {

class RunningNode : public ::testing::Test {
 protected:
  RunningNode() {
    settings_.data = folder_.path() / "data";
    settings_.secrets = settings_.data / "secrets";
    settings_.port = 0;
    settings_.partitions = 2;
  }
  void start() {
    auto node = Node::start(settings_);
    ASSERT_TRUE(node) << node.error().message;
    node_ = std::move(*node);
  }
  http::Answer ask(const std::string& method, const std::string& path,
                   const std::string& body = {}) {
    http::Client client(http::Url{"127.0.0.1", std::to_string(node_->port()), ""},
                        std::chrono::seconds(20));
    auto answer = client.ask(method, path, {{"Content-Type", "application/fhir+json"}}, body);
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? std::move(*answer) : http::Answer{};
  }
  void wait_until_ready() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (ask("GET", "/health/ready").status != 200)
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  }

  tests::TemporaryFolder folder_;
  NodeSettings settings_;
  std::unique_ptr<Node> node_;
};

}  // namespace ops::node
