// How many files and sockets this process may have open.
#pragma once

#include <cstddef>

namespace ops::runtime {

// Raises the limit as far as the system lets a process go by itself (setrlimit(2), RLIMIT_NOFILE:
// the soft limit up to the hard one) and says what it is now.
std::size_t raise_open_files_limit();

}  // namespace ops::runtime
