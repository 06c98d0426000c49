#include "ops/runtime/open_files.h"

#include <sys/resource.h>

#include "events/check.h"

namespace ops::runtime {

std::size_t raise_open_files_limit() {
  rlimit limit{};
  CHECK(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const rlimit most{limit.rlim_max, limit.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &most) == 0) limit = most;
  return limit.rlim_cur;
}

}  // namespace ops::runtime
