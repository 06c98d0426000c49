// What must never happen: always on, in every build. Stop before a wrong byte
// reaches the log or a wrong chart reaches a reader.
#pragma once

namespace events {
[[noreturn]] void check_failed(const char* file, int line, const char* what);
}

#define CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::events::check_failed(__FILE__, __LINE__, #condition))
