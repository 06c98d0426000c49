#include "ops/runtime/memory.h"

#include <malloc.h>

namespace ops::runtime {

void bound_heap() {
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  mallopt(M_TRIM_THRESHOLD, 8 << 20);
}

}  // namespace ops::runtime
