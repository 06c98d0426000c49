#include "projections/acceptance_v1.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <unordered_map>

#include "events/schema/clinical_generated.h"

namespace projections {
namespace {

namespace schema = events::schema;
using events::ErrorCode;
using events::EventEffect;
using Verdict = events::Outcome::Verdict;

// Why the whole commit is not accepted.
struct Objection {
  Verdict verdict;
  events::Error why;
};

Objection refused(ErrorCode code, std::string message) {
  return {Verdict::refused, {code, std::move(message), {}}};
}

Objection locked() {
  return {Verdict::locked,
          {ErrorCode::conflict,
           "a transaction over several records is changing this; try again in a moment",
           {}}};
}

// What one event would do; an objection if it cannot.
using Judgement = tl::expected<events::EventOutcome, Objection>;

std::string_view text(const flatbuffers::String* string) {
  return string == nullptr ? std::string_view() : std::string_view(string->c_str(), string->size());
}

events::Digest16 digest_of(const schema::Digest* digest) {
  if (digest == nullptr) return {};
  const std::string_view bytes(reinterpret_cast<const char*>(digest->bytes()->data()), 16);
  return *events::Digest16::from_bytes(bytes);
}

std::vector<IdentifierHash> identifiers_of(const schema::Event& event) {
  std::vector<IdentifierHash> hashes;
  if (event.identifiers() == nullptr) return hashes;
  for (const auto* identifier : *event.identifiers()) {
    if (text(identifier->value()).empty()) continue;
    hashes.push_back(identifier_hash(text(identifier->system()), text(identifier->value())));
  }
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  return hashes;
}

// Judges the events one after the other, each on what the ones before it would leave.
// Nothing reaches the ledger from here.
class Judge {
 public:
  Judge(const StreamLedger& ledger, const Moment& moment, bool only_event, const Locks& locks)
      : ledger_(ledger), moment_(moment), only_event_(only_event), locks_(locks) {}

  Result<Judgement> judge(const schema::Event& event) {
    if (is_locked(event)) return Judgement(tl::unexpect, locked());
    auto* place = find(event.type(), text(event.id()));
    if (place == nullptr) return *error_;
    switch (event.action()) {
      case schema::Action::create:
        return create(event, *place);
      case schema::Action::update:
        return update(event, *place);
      case schema::Action::remove:
        return remove(event, *place);
      case schema::Action::none:
        break;
    }
    return Judgement(tl::unexpect, refused(ErrorCode::unprocessable, "the event has no action"));
  }

  std::vector<ResourceChange> changes() && {
    std::vector<ResourceChange> changes;
    for (auto& place : places_) {
      if (!place.after) continue;
      changes.push_back({place.type, std::move(place.id), std::move(place.key),
                         std::move(place.before), std::move(*place.after)});
    }
    return changes;
  }

  // What must stay as it is until the decision, so that it finds what was judged here.
  Locks to_lock(const schema::Body& body) const {
    Locks locks;
    for (const auto& place : places_) locks.resources.emplace(place.type, place.id);
    for (const auto* event : *body.events()) {
      for (const auto& hash : hashes_of(*event)) locks.identifiers.emplace(event->type(), hash);
    }
    locks.stream = body.required_stream_version() != 0;
    return locks;
  }

 private:
  // Of the identifiers that the event brings or must not find.
  static std::vector<IdentifierHash> hashes_of(const schema::Event& event) {
    auto hashes = identifiers_of(event);
    if (const auto* identifier = event.if_none_exist()) {
      hashes.push_back(identifier_hash(text(identifier->system()), text(identifier->value())));
    }
    return hashes;
  }
  bool is_locked(const schema::Event& event) const {
    if (locks_.stream) return true;
    if (locks_.resources.empty()) return false;
    if (locks_.resources.contains({event.type(), std::string(text(event.id()))})) return true;
    for (const auto& hash : hashes_of(event)) {
      if (locks_.identifiers.contains({event.type(), hash})) return true;
    }
    return false;
  }

  struct Place {
    events::ResourceType type{};
    std::string id;
    std::string key;                    // of its row
    std::optional<ResourceRow> before;  // in the ledger
    std::optional<ResourceRow> after;   // as this commit leaves it so far
    const std::optional<ResourceRow>& now() const { return after ? after : before; }
    bool live() const { return now() && !now()->deleted; }
    events::Version version() const { return now() ? now()->version : events::Version(); }
  };

  Place* find(events::ResourceType type, std::string_view id) {
    auto key = resource_key(type, id, ledger_.key());
    if (const auto found = by_key_.find(key); found != by_key_.end()) return found->second;
    auto row = ledger_.resource_at(key);
    if (!row) {
      error_ = row.error();
      return nullptr;
    }
    auto& place =
        places_.emplace_back(Place{type, std::string(id), std::move(key), std::move(*row), {}});
    by_key_.emplace(place.key, &place);
    return &place;
  }

  Result<Judgement> create(const schema::Event& event, Place& place) {
    if (const auto* identifier = event.if_none_exist(); identifier != nullptr) {
      auto found = matches(event.type(),
                           identifier_hash(text(identifier->system()), text(identifier->value())));
      if (!found) return found.error();
      if (found->size() > 1) {
        return Judgement(tl::unexpect,
                         refused(ErrorCode::precondition_failed,
                                 fmt::format("ifNoneExist: {} resources of type {} have that "
                                             "identifier; use one that is unique",
                                             found->size(), events::type_name(event.type()))));
      }
      if (found->size() == 1) return match(event, *found->front());
    }
    if (place.live()) {
      return Judgement(
          tl::unexpect,
          refused(ErrorCode::conflict,
                  fmt::format(
                      "a {} of that id exists already; update it with PUT, or create without an id",
                      events::type_name(event.type()))));
    }
    return write(event, place);
  }

  // Other events of the commit may refer to the resource by the id it would have had: the
  // edge must resolve them again. Not so if the match has that id, or came with this commit.
  Judgement match(const schema::Event& event, const Place& found) const {
    const bool same_references = only_event_ || found.id == text(event.id()) || found.after;
    if (!same_references) {
      return Judgement(
          tl::unexpect,
          Objection{Verdict::stale,
                    {ErrorCode::conflict,
                     "ifNoneExist: the resource has come to exist since; resolve again",
                     {}}});
    }
    return outcome(EventEffect::matched, found);
  }

  Result<Judgement> update(const schema::Event& event, Place& place) {
    if (auto objection = if_match(event, place)) return Judgement(tl::unexpect, *objection);
    if (event.if_none_match_any() && place.live()) {
      return Judgement(tl::unexpect,
                       refused(ErrorCode::precondition_failed,
                               fmt::format("If-None-Match: * but the resource exists at version {}",
                                           place.version().value)));
    }
    const auto digest = digest_of(event.digest());
    if (place.live() && !digest.is_zero() && place.now()->digest == digest) {
      return outcome(EventEffect::confirmed, place);
    }
    return write(event, place);
  }

  Result<Judgement> remove(const schema::Event& event, Place& place) {
    if (auto objection = if_match(event, place)) return Judgement(tl::unexpect, *objection);
    if (!place.live()) {
      return Judgement(events::EventOutcome{
          EventEffect::absent, event.type(), events::ResourceId(place.id), {}});
    }
    ResourceRow row = *place.now();
    row.version = row.version.next();
    row.deleted = true;
    row.digest = {};
    place.after = std::move(row);
    return outcome(EventEffect::deleted, place);
  }

  std::optional<Objection> if_match(const schema::Event& event, const Place& place) const {
    if (event.if_match() == 0) return std::nullopt;
    if (!place.live()) {
      return refused(
          ErrorCode::precondition_failed,
          fmt::format(
              "If-Match: W/\"{}\" but the resource does not exist; create it without If-Match",
              event.if_match()));
    }
    if (place.version().value == event.if_match()) return std::nullopt;
    return refused(
        ErrorCode::precondition_failed,
        fmt::format("If-Match: W/\"{}\" but the resource is at version {}; read it and try again",
                    event.if_match(), place.version().value));
  }

  Judgement write(const schema::Event& event, Place& place) {
    ResourceRow row;
    row.version = place.version().next();
    row.digest = digest_of(event.digest());
    row.first_known = place.now() ? place.now()->first_known : moment_.known_time;
    row.first_offset = place.now() ? place.now()->first_offset : moment_.position.offset;
    row.identifiers = identifiers_of(event);
    const bool first = !place.version().exists();
    place.after = std::move(row);
    for (const auto& hash : place.after->identifiers) written_.emplace(hash, &place);
    return outcome(first ? EventEffect::recorded : EventEffect::amended, place);
  }

  static Judgement outcome(EventEffect effect, const Place& place) {
    return events::EventOutcome{effect, place.type, events::ResourceId(place.id), place.version()};
  }

  // Live resources of the type with that identifier, as this commit leaves them so far.
  Result<std::vector<Place*>> matches(events::ResourceType type, const IdentifierHash& hash) {
    auto ids = ledger_.with_identifier(type, hash);
    if (!ids) return ids.error();
    std::vector<Place*> found;
    for (const auto& id : *ids) {
      auto* place = find(type, id);
      if (place == nullptr) return *error_;
      if (has(*place, hash)) found.push_back(place);
    }
    const auto [begin, end] = written_.equal_range(hash);
    for (auto written = begin; written != end; ++written) {
      auto* place = written->second;
      if (place->type != type || !has(*place, hash)) continue;
      if (std::find(found.begin(), found.end(), place) == found.end()) found.push_back(place);
    }
    return found;
  }

  static bool has(const Place& place, const IdentifierHash& hash) {
    if (!place.live()) return false;
    const auto& hashes = place.now()->identifiers;
    return std::binary_search(hashes.begin(), hashes.end(), hash);
  }

  const StreamLedger& ledger_;
  const Moment moment_;
  const bool only_event_;
  const Locks& locks_;        // of others
  std::deque<Place> places_;  // addresses stay
  std::unordered_map<std::string_view, Place*> by_key_;
  std::unordered_multimap<IdentifierHash, Place*> written_;
  std::optional<events::Error> error_;
};

// What is said of a commit whose key is on the ledger already.
events::Outcome earlier(const CommitRow& row, const events::Digest16& digest,
                        const Moment& moment) {
  events::Outcome outcome;
  if (row.verdict == Verdict::prepared) {
    const Objection objection = locked();
    outcome.verdict = objection.verdict;
    outcome.refusal = objection.why;
    outcome.position = moment.position;
    outcome.known_time = moment.known_time;
    return outcome;
  }
  if (row.verdict == Verdict::cancelled || row.request_digest == digest) {
    return repeated(row, moment.position.partition);
  }
  outcome.verdict = Verdict::refused;
  outcome.refusal = {
      ErrorCode::conflict,
      "Idempotency-Key: was used before for a request with other content; use a new one",
      {}};
  outcome.position = moment.position;
  outcome.known_time = moment.known_time;
  return outcome;
}

}  // namespace

Result<Decision> judge_v1(const events::RecordHeader& header, const schema::Body& body,
                          const StreamLedger& ledger, const Moment& moment, Stage stage) {
  Decision decision;
  decision.request_digest = digest_of(body.request_digest());
  decision.outcome.position = moment.position;
  decision.outcome.known_time = moment.known_time;

  Locks locks;
  auto stream = ledger.stream();
  if (!stream) return stream.error();
  if (stage != Stage::decided) {
    auto row = ledger.commit(header.commit);
    if (!row) return row.error();
    if (*row) {
      decision.outcome = earlier(**row, decision.request_digest, moment);
      return decision;
    }
    if (stream->prepared > 0) {
      auto others = ledger.locks();
      if (!others) return others.error();
      locks = std::move(*others);
    }
  }
  // The decision finds the version that the prepare required: the stream was locked.
  const auto required = stage == Stage::decided ? 0 : body.required_stream_version();
  if (required != 0 && required - 1 != stream->accepted) {
    decision.outcome.verdict = Verdict::stale;
    decision.outcome.refusal = {
        ErrorCode::conflict, "the patient's record has moved on; evaluate again", {}};
    return decision;
  }

  Judge judge(ledger, moment, body.events()->size() == 1, locks);
  for (flatbuffers::uoffset_t i = 0; i < body.events()->size(); ++i) {
    auto judged = judge.judge(*body.events()->Get(i));
    if (!judged) return judged.error();
    if (!*judged) {
      decision.outcome.verdict = judged->error().verdict;
      decision.outcome.refusal = judged->error().why;
      decision.outcome.refusal.element = fmt::format("events[{}]", i);
      decision.outcome.events.clear();
      decision.decided = decision.outcome.verdict == Verdict::refused;
      return decision;
    }
    decision.outcome.events.push_back(std::move(**judged));
  }
  decision.decided = true;
  if (stage == Stage::prepare) {
    decision.outcome.verdict = Verdict::prepared;
    decision.locks = judge.to_lock(body);
  }
  decision.changes = std::move(judge).changes();
  return decision;
}

}  // namespace projections
