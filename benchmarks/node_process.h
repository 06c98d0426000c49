// `chartlog serve` as a child process on a free loopback port, with data of its own.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "ops/http/client.h"

namespace benchmarks {

class NodeProcess {
 public:
  // `program`: path of chartlog. `kafka`: broker, or empty for the embedded log.
  NodeProcess(std::string program, std::filesystem::path folder, std::string kafka);
  ~NodeProcess();  // SIGKILL if it still runs
  NodeProcess(const NodeProcess&) = delete;

  void start();  // CHECKs that it gets ready within two minutes
  void stop();   // SIGTERM, waits
  // Another subcommand over the same data; CHECKs that it succeeds. Seconds it took.
  double run(const std::string& command, const std::vector<std::string>& more = {}) const;

  ops::http::Client client() const;
  std::size_t peak_memory_bytes() const;
  std::uintmax_t disk_bytes() const;

 private:
  std::vector<std::string> arguments(const std::string& command) const;
  std::string program_;
  std::filesystem::path folder_;
  std::string kafka_;
  std::string topic_;
  int port_ = 0;
  pid_t child_ = -1;
};

}  // namespace benchmarks
