#include "query/json_writer.h"

#include <gtest/gtest.h>

namespace query {
namespace {

TEST(JsonWriter, NestsAndSeparates) {
  JsonWriter json;
  json.begin_object().member("a", "x\"y").key("b").begin_array();
  json.value(true).begin_object().end_object().end_array();
  json.key("c").null().optional("d", "").end_object();
  EXPECT_EQ(std::move(json).take(), R"({"a":"x\"y","b":[true,{}],"c":null})");
}

TEST(JsonWriter, DigitsStayAsSentAndWhatIsNoNumberIsText) {
  for (const char* number : {"0", "-1.50", "1e3", "0.5"}) {
    JsonWriter json;
    json.number(number);
    EXPECT_EQ(std::move(json).take(), number);
  }
  for (const char* text : {"", "01", "1.", ".5", "+1", "1e", "NaN", "1 "}) {
    JsonWriter json;
    json.number(text);
    EXPECT_EQ(std::move(json).take(), "\"" + std::string(text) + "\"");
  }
}

TEST(JsonWriter, PartsMakeOneText) {
  JsonWriter json;
  json.begin_object().key("a").joined({"Patient", "/", "x\"y"}).member("b", true).end_object();
  EXPECT_EQ(std::move(json).take(), R"({"a":"Patient/x\"y","b":true})");
}

}  // namespace
}  // namespace query
