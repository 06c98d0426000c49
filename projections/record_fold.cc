#include "projections/record_fold.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "events/hmac.h"
#include "events/schema/clinical_generated.h"
#include "events/schema/record_generated.h"
#include "events/settings_streams.h"
#include "projections/accepted_events.h"
#include "projections/parked.h"
#include "projections/pending.h"

namespace projections {
namespace {

using events::EventEffect;
using events::RecordFault;
using Verdict = events::Outcome::Verdict;

bool makes_version(EventEffect effect) {
  return effect == EventEffect::recorded || effect == EventEffect::amended ||
         effect == EventEffect::deleted;
}

// A projection's bug may throw; it must cost one patient there, not the node.
Status apply_all(const Projection& projection, std::span<const AcceptedEvent> events, Family family,
                 RowBatch& batch) {
  try {
    for (const auto& event : events) {
      if (auto applied = projection.apply(event, family, batch); !applied) return applied;
    }
    return {};
  } catch (const std::exception& failure) {
    return events::corrupt(failure.what());
  }
}

}  // namespace

RecordFold::RecordFold(events::PartitionId partition, ProjectionList projections,
                       std::vector<bool> resting, const events::Opener& opener,
                       ShardMetrics& metrics, IdFilter* ids)
    : partition_(partition),
      projections_(projections),
      resting_(std::move(resting)),
      opener_(opener),
      metrics_(metrics),
      ids_(ids) {}

Status RecordFold::load(const RowView& rows) {
  auto position = read_position(rows);
  if (!position) return position.error();
  if (position->rule < 1 || position->rule > newest_rule) {
    return events::unavailable(
        fmt::format("acceptance rule {} is newer than this program", position->rule));
  }
  position_ = *position;
  return remember(rows);
}

Status RecordFold::remember(const RowView& rows) {
  auto parked = read_parked(rows, partition_, std::nullopt);
  if (!parked) return parked.error();
  auto oldest = oldest_pending(rows);
  if (!oldest) return oldest.error();
  oldest_pending_ = *oldest;
  parked_.clear();
  for (const auto& patient : *parked) parked_.emplace(patient.projection, patient.stream);
  metrics_.parked.Set(static_cast<double>(parked_.size()));
  return {};
}

void RecordFold::unpark(const std::string& projection, const events::StreamKey& stream) {
  parked_.erase({projection, stream});
  metrics_.parked.Set(static_cast<double>(parked_.size()));
}

RecordFold::Folded RecordFold::fold(const events::LogRecord& record, RowBatch& batch,
                                    std::vector<Delivery>& deliveries) {
  const Moment moment{{partition_, record.offset}, std::max(position_.clock, record.append_time)};
  const auto delivered = deliveries.size();
  batch.set_save_point();
  if (auto expired = expire(batch, moment.known_time); !expired) {
    return undo(batch, expired.error().message);
  }
  if (auto folded = fold_inspected(record, moment, batch, deliveries); !folded) {
    deliveries.resize(delivered);
    return undo(batch, folded.error().why);
  }
  batch.drop_save_point();
  metrics_.records.Increment();
  position_.clock = moment.known_time;
  position_.next = record.offset.next();
  position_.records += 1;
  position_.last = record.offset;
  if (!hear_) position_.last_digest = events::bytes_of(events::sha256(record.value));
  return {};
}

RecordFold::Folded RecordFold::undo(RowBatch& batch, std::string why) {
  batch.roll_back();
  if (auto remembered = remember(batch); !remembered) why += "; " + remembered.error().message;
  return stop(std::move(why));
}

Status RecordFold::expire(RowBatch& batch, events::KnownTime now) {
  if (!oldest_pending_ || now - *oldest_pending_ < pending_life) return {};
  auto left = expire_pending(batch, now);
  if (!left) return left.error();
  oldest_pending_ = *left;
  return {};
}

RecordFold::Folded RecordFold::fold_inspected(const events::LogRecord& record, const Moment& moment,
                                              RowBatch& batch, std::vector<Delivery>& deliveries) {
  const auto header = opener_.inspect(record.value, partition_);
  if (!header) return set_aside(header.error(), record, moment, batch);
  if (wanted_ && !wanted_(header->stream)) return {};
  switch (static_cast<events::schema::RecordKind>(header->kind)) {
    case events::schema::RecordKind::commit:
    case events::schema::RecordKind::prepare:
      return fold_commit(record.value, {record.offset}, moment, batch, deliveries);
    case events::schema::RecordKind::part:
      return fold_part(*header, record, moment, batch, deliveries);
    case events::schema::RecordKind::cancel:
      if (auto done = cancel(*header, moment, batch, deliveries); !done)
        return stop(done.error().message);
      return {};
    case events::schema::RecordKind::decision:
      return fold_decision(*header, moment, batch, deliveries);
    default:
      return stop(fmt::format("record kind {} is not known to this program", header->kind));
  }
}

RecordFold::Folded RecordFold::set_aside(const events::Opener::Fault& fault,
                                         const events::LogRecord& record, const Moment& moment,
                                         RowBatch& batch) {
  switch (fault.what) {
    case RecordFault::foreign:  // not ours: its bytes are on the log, and anybody could fill our
                                // disk
      metrics_.foreign.Increment();
      put_quarantined(batch, {moment.position, "foreign: " + fault.why, {}});
      return {};
    case RecordFault::misrouted:
      metrics_.misrouted.Increment();
      put_quarantined(batch, {moment.position, "misrouted: " + fault.why, {}});
      return {};
    case RecordFault::damaged:
      quarantine(moment, "damaged: " + fault.why, record.value, batch);
      return {};
    case RecordFault::newer:
    case RecordFault::unknown_dictionary:
      break;
  }
  return stop(fmt::format("offset {}: {}; install a program that knows it", record.offset.value,
                          fault.why));
}

void RecordFold::quarantine(const Moment& moment, std::string reason, std::string_view bytes,
                            RowBatch& batch) {
  metrics_.damaged.Increment();
  spdlog::warn("quarantined partition={} offset={} reason=\"{}\"", partition_.value,
               moment.position.offset.value, reason);
  put_quarantined(batch, {moment.position, std::move(reason), std::string(bytes)});
}

RecordFold::Folded RecordFold::fold_part(const events::RecordHeader& header,
                                         const events::LogRecord& record, const Moment& moment,
                                         RowBatch& batch, std::vector<Delivery>& deliveries) {
  auto decided = StreamLedger(batch, header.stream).commit(header.commit);
  if (!decided) return stop(decided.error().message);
  if (*decided &&
      ((*decided)->assembly == header.assembly || (*decided)->verdict == Verdict::cancelled)) {
    auto outcome = repeated_with_events(batch, **decided, partition_);
    if (!outcome) return stop(outcome.error().message);
    deliveries.push_back({header.commit, header.assembly, std::move(*outcome)});
    return {};
  }
  auto joining = add_part(batch, header, record.value, moment);
  if (!joining) return stop(joining.error().message);
  switch (joining->state) {
    case Joining::State::waiting:
      if (!oldest_pending_) oldest_pending_ = moment.known_time;
      return {};
    case Joining::State::dead:
      return {};
    case Joining::State::torn:
      quarantine(moment, "damaged: does not fit the other parts of its commit", record.value,
                 batch);
      return {};
    case Joining::State::outgrown: {
      events::Outcome outcome;
      outcome.verdict = Verdict::stale;
      outcome.position = moment.position;
      outcome.known_time = moment.known_time;
      outcome.refusal = {events::ErrorCode::overloaded,
                         "too many bytes of this record wait for their last part",
                         {}};
      deliveries.push_back({header.commit, header.assembly, std::move(outcome)});
      return {};
    }
    case Joining::State::whole:
      break;
  }
  auto whole = events::join_parts(joining->parts);
  joining->parts.clear();
  if (!whole) {
    quarantine(moment, "damaged: " + whole.error().message, record.value, batch);
    return {};
  }
  return fold_commit(*whole, std::move(joining->offsets), moment, batch, deliveries);
}

Status RecordFold::cancel(const events::RecordHeader& header, const Moment& moment, RowBatch& batch,
                          std::vector<Delivery>& deliveries) {
  auto row = StreamLedger(batch, header.stream).commit(header.commit);
  if (!row) return row.error();
  if (!*row) {
    CommitRow dead;
    dead.verdict = Verdict::cancelled;
    dead.offset = moment.position.offset;
    dead.known_time = moment.known_time;
    batch.put(ledger_family, commit_row_key(header.commit, header.stream), encode(dead));
    if (auto dropped = drop_pending(batch, header.stream, header.commit); !dropped) return dropped;
    *row = dead;
  }
  auto outcome = repeated_with_events(batch, **row, partition_);
  if (!outcome) return outcome.error();
  deliveries.push_back({header.commit, std::nullopt, std::move(*outcome)});
  return {};
}

RecordFold::Folded RecordFold::fold_commit(std::string_view record,
                                           std::vector<events::Offset> records,
                                           const Moment& moment, RowBatch& batch,
                                           std::vector<Delivery>& deliveries) {
  auto commit = opener_.open(record);
  if (!commit && commit.error().code == events::ErrorCode::unavailable) {
    return stop(fmt::format("offset {}: {}", moment.position.offset.value, commit.error().message));
  }
  if (!commit) {
    const bool destroyed = commit.error().code == events::ErrorCode::gone;
    quarantine(moment, (destroyed ? "unreadable: " : "damaged: ") + commit.error().message,
               destroyed ? std::string_view() : record, batch);
    return {};
  }
  const auto& header = commit->header();
  if (header.transaction) {
    return prepare(*commit, record, std::move(records), moment, batch, deliveries);
  }
  auto decision =
      judge(position_.rule, header, commit->body(), StreamLedger(batch, header.stream), moment);
  if (!decision) return stop(decision.error().message);
  if (decision->decided) {
    if (auto written = write(*commit, *decision, record, std::move(records), batch); !written) {
      return stop(written.error().message);
    }
  } else if (decision->outcome.repeat && decision->outcome.verdict == Verdict::accepted) {
    auto change = change_at(batch, decision->outcome.position);
    if (!change) return stop(change.error().message);
    if (*change) decision->outcome.events = std::move((*change)->change.events);
  }
  count(decision->outcome);
  deliveries.push_back({header.commit, header.assembly, std::move(decision->outcome)});
  return {};
}

void RecordFold::count(const events::Outcome& outcome) {
  if (outcome.repeat) {
    metrics_.repeats.Increment();
    return;
  }
  metrics_.verdicts[static_cast<std::size_t>(outcome.verdict)]->Increment();
  for (const auto& event : outcome.events)
    metrics_.effects[static_cast<std::size_t>(event.effect)]->Increment();
}

Status RecordFold::write_ledger(const events::Opener::Commit& commit, const Decision& decision,
                                std::string_view record, RowBatch& batch) {
  const auto& header = commit.header();
  const auto& outcome = decision.outcome;
  const CommitRow row{outcome.verdict,         decision.request_digest, header.assembly,
                      outcome.position.offset, outcome.known_time,      outcome.refusal};
  batch.put(ledger_family, commit_row_key(header.commit, header.stream), encode(row));
  // Pending parts of other attempts have nothing left to decide.
  if (oldest_pending_) {
    if (auto dropped = drop_pending(batch, header.stream, header.commit); !dropped) return dropped;
  }
  if (outcome.verdict != Verdict::accepted) return {};
  for (const auto& change : decision.changes) {
    if (!change.before && ids_ != nullptr) ids_->add(id_hash_in(change.key));
    put_resource(batch, header.stream, change);
  }
  return count_accepted(header.stream, record, batch);
}

Status RecordFold::count_accepted(const events::StreamKey& key, std::string_view record,
                                  RowBatch& batch) {
  auto stream = StreamLedger(batch, key).stream();
  if (!stream) return stream.error();
  stream->accepted += 1;
  if (!hear_) {
    const auto digest = events::sha256(record);
    stream->chain_head = events::bytes_of(
        events::sha256(stream->chain_head + std::string(events::bytes_of(digest))));
  }
  batch.put(ledger_family, stream_row_key(key), encode(*stream));
  return {};
}

Status RecordFold::write(const events::Opener::Commit& commit, const Decision& decision,
                         std::string_view record, std::vector<events::Offset> records,
                         RowBatch& batch) {
  if (auto written = write_ledger(commit, decision, record, batch); !written) return written;
  if (decision.outcome.verdict != Verdict::accepted) return {};
  const auto* name = commit.body().stream();
  ChangeRow row{
      {decision.outcome.position, decision.outcome.known_time, commit.header().stream,
       std::string(name->c_str(), name->size()), commit.header().commit, decision.outcome.events},
      std::move(records)};
  if (hear_) {
    hear_(commit, row.change);
    row.change.events.clear();  // repeats ask whether it is there; nobody waits for their answer
    put_change(batch, row);
    return {};
  }
  put_change(batch, row);
  for (std::size_t i = 0; i < row.change.events.size(); ++i) {
    const auto& event = row.change.events[i];
    if (!makes_version(event.effect)) continue;
    batch.put(version_family,
              version_key(row.change.stream, event.type, event.id.text(), event.version),
              encode(version_row(commit, row.change, i)));
  }
  auto accepted = AcceptedEvents::read(batch, commit, row.change);
  if (!accepted) return accepted.error();
  return accepted->all().empty() ? Status() : project(accepted->all(), batch);
}

Status RecordFold::project(std::span<const AcceptedEvent> events, RowBatch& batch) {
  const auto& first = events.front();
  const bool settings = events::is_settings_stream(first.stream_name);
  for (std::size_t i = 0; i < projections_.size(); ++i) {
    const auto& projection = *projections_[i];
    if (resting_[i] || (settings && !projection.takes_settings())) continue;
    if (!parked_.empty() && parked_.contains({std::string(projection.name()), first.stream}))
      continue;
    batch.set_save_point();
    auto applied = apply_all(projection, events, projection_family(i), batch);
    if (applied) {
      batch.drop_save_point();
      continue;
    }
    batch.roll_back();
    // The disk failed, not the projection: the same record goes through later.
    if (applied.error().code == events::ErrorCode::unavailable) return applied;
    park(projection, first, applied.error().message, batch);
  }
  return {};
}

void RecordFold::park(const Projection& projection, const AcceptedEvent& first,
                      const std::string& why, RowBatch& batch) {
  const ParkedPatient patient{std::string(projection.name()), first.stream, first.position, why};
  put_parked(batch, patient);
  parked_.emplace(patient.projection, patient.stream);
  metrics_.parked.Set(static_cast<double>(parked_.size()));
  spdlog::error("parked projection={} stream={} partition={} offset={} reason=\"{}\"",
                patient.projection, events::to_hex(patient.stream.bytes()), partition_.value,
                first.position.offset.value, why);
}

}  // namespace projections
