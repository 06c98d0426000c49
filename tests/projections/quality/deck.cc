#include "tests/projections/quality/deck.h"

#include <array>

#include "tests/ingest/test_data.h"

namespace projections::quality::test {
namespace {

namespace json = boost::json;

void for_each_resource(const std::string& name, const std::function<void(json::object)>& use) {
  ingest::test::for_each_line(ingest::test::data_file(name), SIZE_MAX, [&](std::string_view line) {
    json::parse_options options;
    options.max_depth = 500;
    use(json::parse(line, {}, options).as_object());
  });
}

std::string decoded(std::string_view base64) {
  static const auto values = [] {
    std::array<int, 256> table{};
    table.fill(-1);
    const std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < digits.size(); ++i)
      table[static_cast<unsigned char>(digits[i])] = static_cast<int>(i);
    return table;
  }();
  std::string text;
  unsigned bits = 0;
  int count = 0;
  for (const char c : base64) {
    const int value = values[static_cast<unsigned char>(c)];
    if (value < 0) continue;
    bits = bits << 6 | static_cast<unsigned>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    text += static_cast<char>(bits >> count & 0xFF);
  }
  return text;
}

void add_library(Deck& deck, const json::object& library) {
  for (const auto& content : library.at("content").as_array()) {
    if (content.at("contentType").as_string() != "application/elm+json") continue;
    json::parse_options options;
    options.max_depth = 2000;
    deck.libraries.push_back(json::parse(decoded(content.at("data").as_string()), {}, options));
  }
}

}  // namespace

const Deck& Deck::shared() {
  static const Deck deck = [] {
    Deck made;
    for_each_resource("ecqm/measures.ndjson.zst",
                      [&](json::object measure) { made.measures.push_back(std::move(measure)); });
    for_each_resource("ecqm/libraries.ndjson.zst",
                      [&](const json::object& library) { add_library(made, library); });
    for_each_resource("ecqm/valuesets.ndjson.zst",
                      [&](const json::object& set) { made.terminology.add(set); });
    return made;
  }();
  return deck;
}

events::Result<Measure> Deck::load(const json::object& measure) const {
  const std::string url(measure.at("library").as_array().at(0).as_string());
  return Measure::load(measure, libraries, url.substr(url.rfind('/') + 1), terminology);
}

Value period_of(std::string_view start, std::string_view end) {
  Interval period;
  period.low = Value(earliest(*parse_date_time(std::string(start.substr(0, 10)), 0)));
  period.high = Value(latest(*parse_date_time(std::string(end.substr(0, 10)), 0)));
  return Value(period);
}

}  // namespace projections::quality::test
