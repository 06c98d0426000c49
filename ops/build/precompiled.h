// What most files include, read once a build instead of once a file: half of clang's time. Nothing
// of a library that our headers keep out (Boost.Beast, simdjson, RocksDB). A file includes what it
// uses all the same: g++ compiles without this.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <tl/expected.hpp>
#include <unordered_map>
#include <utility>
#include <vector>

#include "events/schema/clinical_generated.h"
