#include "tests/projections/quality/deck.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/ingest/test_data.h"

namespace projections::quality::test {

const Content& deck() {
  static const Content deck = [] {
    Content content;
    for (const auto* name : {"measures", "libraries", "valuesets"}) {
      const auto file = ingest::test::data_file(std::string("ecqm/") + name + ".ndjson.zst");
      ingest::test::for_each_line(file, SIZE_MAX, [&](std::string_view line) {
        const auto added = content.add(boost::json::parse(line));
        EXPECT_TRUE(added) << added.error().message;
      });
    }
    return content;
  }();
  return deck;
}

Value period_of(std::string_view start, std::string_view end) {
  Interval period;
  period.low = Value(earliest(*parse_date_time(start.substr(0, 10), 0)));
  period.high = Value(latest(*parse_date_time(end.substr(0, 10), 0)));
  return Value(period);
}

}  // namespace projections::quality::test
