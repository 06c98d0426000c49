#include "ops/runtime/logging.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace ops::runtime {

events::Status start_logging(std::string_view level) {
  if (level != "debug" && level != "info" && level != "warn" && level != "error") {
    return events::invalid(
        fmt::format("log-level: \"{}\" is none of debug, info, warn, error", level));
  }
  auto logger = std::make_shared<spdlog::logger>("chartlog",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("ts=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(std::string(level)));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
  return {};
}

}  // namespace ops::runtime
