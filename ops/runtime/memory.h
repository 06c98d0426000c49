// The C library's heap, told to give back what large requests took.
#pragma once

namespace ops::runtime {

// Before any other thread starts. glibc keeps an arena for each of many threads and raises
// its threshold for mapped blocks with each large body freed: importing Synthea's 500,031
// resources then peaked at 2.0 GB; so, at 1.0 GB, and 0.6 GB afterwards.
void bound_heap();

}  // namespace ops::runtime
