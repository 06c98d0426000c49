#include "tests/events/append_child.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

extern char** environ;  // NOLINT: POSIX names it so

namespace events {
namespace {

// It lies beside the test program.
std::string child_program() {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "log_append_child")
      .string();
}

pid_t start_child(const std::vector<std::string>& arguments, int output) {
  std::vector<std::string> words = {child_program()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  pid_t child = -1;
  EXPECT_EQ(posix_spawn(&child, words[0].c_str(), &actions, nullptr, pointers.data(), environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  return child;
}

}  // namespace

std::string child_value(std::uint64_t number) {
  return "record " + std::to_string(number) + std::string(number % 700, '.');
}

std::map<Position, std::uint64_t> append_until_killed(const std::vector<std::string>& arguments,
                                                      std::size_t acknowledged_min) {
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const pid_t child = start_child(arguments, ends[1]);
  ::close(ends[1]);

  std::map<Position, std::uint64_t> acknowledged;
  std::FILE* lines = ::fdopen(ends[0], "r");
  unsigned partition = 0;
  long long offset = 0;
  unsigned long long number = 0;
  // After the kill what is still in the pipe counts too: the child had been told.
  while (std::fscanf(lines, "%u %lld %llu;", &partition, &offset, &number) == 3) {
    acknowledged[{{partition}, {offset}}] = number;
    if (acknowledged.size() == acknowledged_min) ::kill(child, SIGKILL);
  }
  std::fclose(lines);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself, status " << status;
  return acknowledged;
}

}  // namespace events
