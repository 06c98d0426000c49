// Notifications and answers as Bundles (Backport, R4): a SubscriptionStatus as Parameters,
// then what the events are about, at the content level asked for.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "query/read_context.h"
#include "query/subscriptions/number_book.h"
#include "query/subscriptions/subscription.h"

namespace query::subscriptions {

enum class Kind { handshake, heartbeat, event_notification, query_status, query_event };

// Of a subscription at one moment.
struct StatusFacts {
  std::string id;
  std::string topic;
  std::string state;         // requested, active, error, off
  std::uint64_t events = 0;  // numbered since it began
  std::string error;
  std::uint64_t waiting = 0;  // numbered and not delivered yet
};

// An event with what the log says of it.
struct Happening {
  Numbered numbered;
  events::KnownTime time;
  events::EventOutcome event;
  std::string patient;   // in whose record; empty: in nobody's
  std::string document;  // as FHIR answers it; full-resource only, empty for a delete
};

// unavailable: the shard is not that far (it is being rebuilt).
events::Result<Happening> happening_of(const Sources& sources, const Numbered& numbered,
                                       bool with_document);

class NotificationWriter {
 public:
  // `base_url`: "http://host:port", where the resources are read.
  NotificationWriter(Kind kind, Content content, std::string_view base_url);

  void add(const Happening& happening);
  std::size_t bytes() const { return entries_.size(); }
  std::size_t events() const { return events_; }
  // The whole Bundle.
  std::string finish(const StatusFacts& facts) &&;

 private:
  const Kind kind_;
  const Content content_;
  const std::string base_url_;
  std::string parts_;    // notification-event
  std::string entries_;  // what they are about
  std::size_t events_ = 0;
};

// `$status`: a searchset of statuses.
std::string status_bundle(std::span<const StatusFacts> all, std::string_view base_url);

// The events `from` to `until`, at most `limit` and about `bytes_max` bytes; at least one.
struct Batch {
  std::string bundle;
  std::uint64_t last = 0;  // number of the last one in it; 0: there was none
};
struct BatchLimits {
  std::size_t events = 100;
  std::size_t bytes = 512 * 1024;
};
events::Result<Batch> make_batch(const Sources& sources, const NumberBook& book,
                                 NotificationWriter writer, const StatusFacts& facts,
                                 std::uint64_t from, std::uint64_t until, const BatchLimits& limits,
                                 bool with_documents);

}  // namespace query::subscriptions
