#include "benchmarks/node_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "events/check.h"

namespace benchmarks {
namespace {

int free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  CHECK(::bind(probe, any, size) == 0 && ::getsockname(probe, any, &size) == 0);
  ::close(probe);
  return ntohs(address.sin_port);
}

pid_t spawn(const std::vector<std::string>& arguments, const std::filesystem::path& log) {
  std::vector<char*> words;
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    ::execv(words[0], words.data());
    ::_exit(127);
  }
  CHECK(child > 0);
  return child;
}

}  // namespace

NodeProcess::NodeProcess(std::string program, std::filesystem::path folder, std::string kafka)
    : program_(std::move(program)),
      folder_(std::move(folder)),
      kafka_(std::move(kafka)),
      port_(free_port()) {
  topic_ = fmt::format("benchmark-{}-{}", ::getpid(), port_);
  std::filesystem::create_directories(folder_);
}

NodeProcess::~NodeProcess() {
  if (child_ <= 0) return;
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

std::vector<std::string> NodeProcess::arguments(const std::string& command) const {
  std::vector<std::string> words{program_, command, "--data", (folder_ / "data").string()};
  if (!kafka_.empty()) words.insert(words.end(), {"--kafka", kafka_, "--topic", topic_});
  return words;
}

void NodeProcess::start() {
  auto words = arguments("serve");
  words.insert(words.end(), {"--listen", fmt::format("127.0.0.1:{}", port_)});
  child_ = spawn(words, folder_ / "serve.log");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while (std::chrono::steady_clock::now() < deadline) {
    CHECK(::waitpid(child_, nullptr, WNOHANG) == 0);
    if (const auto answer = client().ask("GET", "/health/ready"); answer && answer->status == 200)
      return;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  CHECK(!"the node is ready");
}

void NodeProcess::stop() {
  ::kill(child_, SIGTERM);
  int status = 0;
  CHECK(::waitpid(child_, &status, 0) == child_ && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  child_ = -1;
}

double NodeProcess::run(const std::string& command, const std::vector<std::string>& more) const {
  const auto begin = std::chrono::steady_clock::now();
  auto words = arguments(command);
  words.insert(words.end(), more.begin(), more.end());
  const pid_t child = spawn(words, folder_ / (command + ".log"));
  int status = 0;
  CHECK(::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

ops::http::Client NodeProcess::client() const {
  return ops::http::Client(*ops::http::Url::parse(fmt::format("http://127.0.0.1:{}", port_)));
}

std::size_t NodeProcess::peak_memory_bytes() const {
  std::ifstream status(fmt::format("/proc/{}/status", child_));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6)) * 1024;
  }
  return 0;
}

std::uintmax_t NodeProcess::disk_bytes() const {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "data")) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

}  // namespace benchmarks
