#include "events/log/kafka_statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace events::kafka {
namespace {

// Cut from what a librdkafka 2.0.2 said.
constexpr std::string_view document = R"({"name":"rdkafka#producer-1","type":"producer",
  "msg_cnt":3,"msg_size":512,"tx":40,"tx_bytes":9000,"rx":39,"rx_bytes":4000,
  "brokers":{
    "127.0.0.1:9092/bootstrap":{"nodeid":-1,"state":"UP","txerrs":1,"txretries":0,
      "req_timeouts":0,"disconnects":1,"rtt":{"p99":800}},
    "127.0.0.1:9092/1":{"nodeid":1,"state":"UP","txerrs":0,"txretries":2,"req_timeouts":4,
      "disconnects":0,"rtt":{"p99":2500}},
    "GroupCoordinator":{"nodeid":1,"state":"UP","source":"logical","rtt":{"p99":0}},
    "127.0.0.1:9093/2":{"nodeid":2,"state":"CONNECT","txerrs":2,"txretries":0,"req_timeouts":1,
      "disconnects":5,"rtt":{"p99":0}}},
  "topics":{"chartlog":{"partitions":{"0":{"fetchq_size":100},"1":{"fetchq_size":20},
    "-1":{"fetchq_size":0}}}}})";

double figure(std::string_view name) {
  for (const ClientFigure& one : read_statistics(document, "producer"))
    if (one.name == name) return one.value;
  ADD_FAILURE() << "no figure " << name;
  return -1;
}

TEST(KafkaStatisticsTest, FiguresAreSummedOverBrokersAndPartitions) {
  EXPECT_EQ(figure("kafka_requests_total"), 40);
  EXPECT_EQ(figure("kafka_sent_bytes_total"), 9000);
  EXPECT_EQ(figure("kafka_received_bytes_total"), 4000);
  EXPECT_EQ(figure("kafka_request_errors_total"), 3);
  EXPECT_EQ(figure("kafka_request_retries_total"), 2);
  EXPECT_EQ(figure("kafka_request_timeouts_total"), 5);
  EXPECT_EQ(figure("kafka_disconnects_total"), 6);
  EXPECT_EQ(figure("kafka_queued_records"), 3);
  EXPECT_EQ(figure("kafka_queued_bytes"), 512);
  EXPECT_EQ(figure("kafka_fetched_bytes"), 120);
}

TEST(KafkaStatisticsTest, AnAddressOfTheStartAndARoleAreNoBrokersAndTheSlowestCounts) {
  EXPECT_EQ(figure("kafka_brokers_up"), 1);
  EXPECT_DOUBLE_EQ(figure("kafka_round_trip_p99_seconds"), 0.0025);
}

TEST(KafkaStatisticsTest, WhatIsNoSuchDocumentHasNoFigures) {
  EXPECT_TRUE(read_statistics("", "producer").empty());
  EXPECT_TRUE(read_statistics("[1]", "producer").empty());
  for (const ClientFigure& one : read_statistics(R"({"brokers":7,"tx":"many"})", "consumer"))
    EXPECT_EQ(one.value, 0) << one.name;
}

}  // namespace
}  // namespace events::kafka
