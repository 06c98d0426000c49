#include "tests/broker/broker_process.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdio>
#include <fstream>
#include <thread>

namespace events {

BrokerProcess::~BrokerProcess() { run("stop"); }

std::string BrokerProcess::run(const char* command) const {
  const std::string line =
      std::string("ops/kafka/broker ") + command + " " + folder_.path().string();
  std::FILE* output = ::popen(line.c_str(), "r");
  std::string text;
  char chunk[256];
  while (std::fgets(chunk, sizeof chunk, output) != nullptr) text += chunk;
  EXPECT_EQ(::pclose(output), 0) << line;
  return text;
}

void BrokerProcess::start() {
  const std::string said = run("start");
  ASSERT_TRUE(said.starts_with("BROKER=")) << said;
  address_ = said.substr(7, said.find('\n') - 7);
}

void BrokerProcess::kill() {
  pid_t pid = 0;
  std::ifstream(folder_.path() / "pid") >> pid;
  ASSERT_GT(pid, 1);
  ASSERT_EQ(::kill(pid, SIGKILL), 0);
  // Gone, or a zombie that nobody has reaped yet: neither has a command line.
  const std::string words = "/proc/" + std::to_string(pid) + "/cmdline";
  while (std::ifstream(words).peek() != std::ifstream::traits_type::eof())
    std::this_thread::yield();
}

}  // namespace events
