// Reads one partition through an instance of the pool.
//
// A topic that is deleted and made again while it is read must not go on as if it were the old one.
// librdkafka 2.0.2 does not tell: it asks where the topic is now and fetches on from there. So
// after each such question the last record that was handed out is read again, and must be what it
// was.
#pragma once

#include <optional>

#include "events/log/kafka_consumer.h"
#include "events/secrets.h"

namespace events::kafka {

class Reader final : public LogReader {
 public:
  Reader(ConsumerPool& pool, std::shared_ptr<Consumer> consumer, PartitionId partition);
  ~Reader() override;

  Status start(Offset from);
  Result<std::vector<LogRecord>> next(std::size_t bytes_max,
                                      std::chrono::milliseconds wait) override;

 private:
  struct Last {
    Offset offset;
    Secret digest;
  };
  enum class Taken { nothing, passed, record };
  // The next message, if it may be handed out. An error only if the batch must not go on.
  Result<Taken> take_checked(std::chrono::steady_clock::time_point deadline, bool batch_begun,
                             Message& message);
  Message take(std::chrono::steady_clock::time_point deadline);
  bool may_be_another_topic();
  Status go_back();
  Status verify(const rd_kafka_message_t& message);
  Error failed(const rd_kafka_message_t& message);
  void stop();

  ConsumerPool& pool_;
  const std::shared_ptr<Consumer> consumer_;
  const PartitionId partition_;
  Queue queue_;
  bool started_ = false;
  Message held_;               // did not fit into the last batch
  std::optional<Last> last_;   // handed out
  std::uint64_t doubts_ = 0;   // when last_ was known to be of this topic
  bool verifying_ = false;     // the next record must be last_
  std::optional<Error> lost_;  // said again on every later call
};

}  // namespace events::kafka
