#include "ingest/bulk/chunk_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "events/check.h"
#include "events/schema/clinical_generated.h"
#include "ingest/fhir/settle.h"
#include "ingest/fhir/streams.h"
#include "ingest/json.h"

namespace ingest::bulk {
namespace {

using events::Error;
using events::ErrorCode;
using fhir::Write;
using Errors = std::vector<Error>;
using Verdict = events::Outcome::Verdict;

// Threads that plan, seal and wait at once: as many as connections of `chartlog load`.
constexpr int lanes_max = 4;
// Of one commit. These and the parts below are in the ids of commits: other figures make other
// commits of what an import under way has not noted as done yet.
constexpr std::size_t group_lines_max = 512;
constexpr std::size_t group_bytes_max = 1u << 20;
constexpr std::uint64_t ordinals_of_a_line = 1024;
// A group with a bad line is tried in so many parts, each of them likewise.
constexpr std::size_t parts_of_a_group = 8;
// Commits that a lane appends before it waits for the first.
constexpr std::size_t commits_at_once = 16;
constexpr std::size_t bytes_at_once = 1u << 20;
constexpr std::size_t errors_of_a_line_max = 10;
constexpr std::chrono::milliseconds first_pause{50}, pause_max{3000};

// Nothing is decided by these: the same is tried again.
bool passes(ErrorCode code) {
  return code == ErrorCode::overloaded || code == ErrorCode::unavailable ||
         code == ErrorCode::outcome_unknown;
}

struct Entry {
  Line line;
  std::optional<json::Document> document;
  Write write;
  std::string stream;  // that its subject names; empty: only its plan tells
  Errors errors;       // refused
  bool taken = false;
};

// Lines that become one commit.
struct Group {
  std::string stream;  // empty: a single line
  std::vector<std::size_t> entries;
  std::size_t bytes = 0;
};

class ChunkImport {
 public:
  ChunkImport(const ChunkPlace& place, const Chunk& chunk) : place_(place), chunk_(chunk) {}
  ImportedChunk run();

 private:
  std::optional<WorkRoom::Place> enter_room();  // nothing: stopped
  // Makes its Write, or says what is wrong with it.
  void read(Entry& entry);
  Errors check(const Entry& entry) const;
  std::string stream_named(const json::Value& resource) const;
  // Lines of a wave change different resources; a wave begins when the one before is judged.
  std::vector<std::vector<Group>> waves();
  void run_wave(std::vector<Group> groups);
  void run_lane();
  std::vector<Group> take_groups();

  enum class Next { nothing, same, parts };  // what is to be done with a group after a try
  void attempt(std::vector<Group> groups, std::vector<Group>& again, bool& wait);
  std::optional<Next> plan(const Group& group, std::optional<fhir::Plan>& made);
  Next settle(const Group& group, fhir::Plan plan, const events::Result<Receipt>& receipt);
  // A group that cannot be one commit is tried in parts, a single line is refused.
  Next refuse(const Group& group, Errors errors);
  std::vector<Group> parts_of(const Group& group) const;
  std::optional<Next> known_from_before(const Group& group);
  bool was_taken(const Group& group) const;
  bool was_taken_in_parts(const Group& group) const;
  void pause(std::chrono::milliseconds time) const;
  std::uint64_t ordinal(const Group& group) const;

  const ChunkPlace& place_;
  const Chunk& chunk_;
  std::vector<Entry> entries_;

  std::mutex mutex_;
  // Guarded by mutex_. Each entry is its group's lane's alone.
  std::vector<Group> waiting_;
  std::size_t next_ = 0;
  events::PositionToken position_;
};

Errors ChunkImport::check(const Entry& entry) const {
  const auto root = entry.document->root();
  const std::string name(events::type_name(place_.type));
  if (!root.is_object()) return {events::invalid("is not a JSON object; a line is a resource")};
  if (root["resourceType"].string() != name) {
    return {events::unprocessable(
        fmt::format("resourceType: \"{}\" is not {}, the type this file was announced with",
                    root["resourceType"].string().substr(0, 64), name),
        name + ".resourceType")};
  }
  const auto id = root["id"];
  if (!id) {
    return {events::unprocessable(
        fmt::format("{}.id: is missing; an import keeps the ids of its source", name),
        name + ".id")};
  }
  if (!id.is_string() || !events::is_fhir_id(id.string())) {
    return {events::unprocessable(
        fmt::format("{}.id: \"{}\" is not an id; write 1 to 64 letters, digits, - and .", name,
                    id.token().substr(0, 80)),
        name + ".id")};
  }
  return {};
}

void ChunkImport::read(Entry& entry) {
  if (entry.line.too_long) {
    entry.errors = {{ErrorCode::too_large,
                     fmt::format("has more than {} bytes (body-limit)", place_.line_bytes_max),
                     {}}};
    return;
  }
  auto document = json::Document::parse(chunk_.text_of(entry.line));
  if (!document) {
    entry.errors = {document.error()};
    return;
  }
  entry.document = std::move(*document);
  entry.errors = check(entry);
  if (!entry.errors.empty()) return;
  const auto root = entry.document->root();
  entry.write.verb = fhir::Verb::update;
  entry.write.type = place_.type;
  entry.write.id = events::ResourceId(std::string(root["id"].string()));
  entry.write.resource = root;
  entry.write.path = events::type_name(place_.type);
  entry.stream = stream_named(root);
}

// By the text of the line alone, so that it is the same at every try.
std::string ChunkImport::stream_named(const json::Value& resource) const {
  if (place_.type == events::ResourceType::Patient)
    return events::patient_stream(events::ResourceId(std::string(resource["id"].string())));
  constexpr std::string_view head = "Patient/";
  std::vector<std::string> patients;
  for (const auto& subject : fhir::subject_references(place_.type, resource)) {
    std::string_view text = subject.string();
    const bool elsewhere = !text.starts_with("Patient") &&
                           text.find(':') == std::string_view::npos &&
                           text.find('?') == std::string_view::npos;
    if (elsewhere) continue;  // another type's, or nothing that leads anywhere
    if (!text.starts_with(head)) return {};
    text.remove_prefix(head.size());
    if (!events::is_fhir_id(text)) return {};
    if (std::ranges::find(patients, text) == patients.end()) patients.emplace_back(text);
  }
  return fhir::stream_of(place_.type, patients, {});
}

std::vector<std::vector<Group>> ChunkImport::waves() {
  std::vector<std::vector<Group>> waves;
  std::map<std::string_view, std::size_t> wave_of_id;
  std::vector<std::map<std::string_view, std::size_t>> open;  // of each wave: stream to group
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    if (!entry.errors.empty()) continue;
    const std::size_t wave = wave_of_id[entry.write.id.text()]++;
    if (waves.size() <= wave) waves.emplace_back(), open.emplace_back();
    auto& groups = waves[wave];
    std::size_t number = groups.size();
    if (!entry.stream.empty()) {
      const auto [place, fresh] = open[wave].try_emplace(entry.stream, number);
      const bool full = !fresh && (groups[place->second].entries.size() >= group_lines_max ||
                                   groups[place->second].bytes >= group_bytes_max);
      if (full) place->second = number;
      number = place->second;
    }
    if (number == groups.size()) groups.push_back({entry.stream, {}, 0});
    groups[number].entries.push_back(i);
    groups[number].bytes += entry.line.size;
  }
  return waves;
}

std::optional<WorkRoom::Place> ChunkImport::enter_room() {
  while (!place_.stopped()) {
    if (auto room = place_.room.enter(chunk_.text.size())) return room;
  }
  return std::nullopt;
}

ImportedChunk ChunkImport::run() {
  ImportedChunk imported;
  const auto room = enter_room();
  if (!room) return imported;
  entries_.reserve(chunk_.lines.size());
  for (const Line& line : chunk_.lines) {
    entries_.emplace_back().line = line;
    read(entries_.back());
  }
  for (auto& wave : waves()) run_wave(std::move(wave));
  if (place_.stopped() && !std::ranges::all_of(entries_, [](const Entry& entry) {
        return entry.taken || !entry.errors.empty();
      }))
    return imported;
  for (Entry& entry : entries_) {
    imported.taken += entry.taken ? 1 : 0;
    if (entry.taken) continue;
    CHECK(!entry.errors.empty());  // no line is skipped
    place_.metrics.refused(entry.errors.front().code);
    imported.refusals.push_back({entry.line.number, std::move(entry.errors)});
  }
  imported.position = std::move(position_);
  imported.whole = true;
  return imported;
}

void ChunkImport::run_wave(std::vector<Group> groups) {
  const auto lanes = std::min<std::size_t>(lanes_max, groups.size());
  waiting_ = std::move(groups);
  next_ = 0;
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < lanes; ++i) threads.emplace_back([this] { run_lane(); });
  run_lane();
}

std::vector<Group> ChunkImport::take_groups() {
  const std::lock_guard lock(mutex_);
  std::vector<Group> taken;
  std::size_t bytes = 0;
  while (next_ < waiting_.size() && taken.size() < commits_at_once && bytes < bytes_at_once) {
    bytes += waiting_[next_].bytes;
    taken.push_back(std::move(waiting_[next_++]));
  }
  return taken;
}

void ChunkImport::run_lane() {
  for (auto groups = take_groups(); !groups.empty(); groups = take_groups()) {
    auto time = first_pause;
    while (!groups.empty() && !place_.stopped()) {
      std::vector<Group> again;
      bool wait = false;
      attempt(std::move(groups), again, wait);
      groups = std::move(again);
      if (!wait) continue;
      pause(time);
      time = std::min(2 * time, pause_max);
    }
    if (place_.stopped()) return;
  }
}

void ChunkImport::pause(std::chrono::milliseconds time) const {
  const auto until = std::chrono::steady_clock::now() + time;
  while (!place_.stopped() && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

void ChunkImport::attempt(std::vector<Group> groups, std::vector<Group>& again, bool& wait) {
  std::vector<Group> sent;
  std::vector<fhir::Plan> plans;
  std::vector<Submission> submissions;
  const auto go_on = [&](Group group, Next next) {
    if (next == Next::same) {
      wait = true;
      again.push_back(std::move(group));
    } else if (next == Next::parts) {
      std::ranges::move(parts_of(group), std::back_inserter(again));
    }
  };
  for (Group& group : groups) {
    std::optional<fhir::Plan> made;
    if (const auto next = plan(group, made)) {
      go_on(std::move(group), *next);
      continue;
    }
    submissions.push_back(std::move(*made->submission));
    plans.push_back(std::move(*made));
    sent.push_back(std::move(group));
  }
  auto receipts = place_.intake.submit_all(std::move(submissions));
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const auto next = settle(sent[i], std::move(plans[i]), receipts[i]);
    go_on(std::move(sent[i]), next);
  }
}

// Groups that begin with the same line are different commits.
std::uint64_t ChunkImport::ordinal(const Group& group) const {
  static_assert(group_lines_max < ordinals_of_a_line);
  return entries_[group.entries.front()].line.offset * ordinals_of_a_line + group.entries.size();
}

std::vector<Group> ChunkImport::parts_of(const Group& group) const {
  const std::size_t lines = (group.entries.size() + parts_of_a_group - 1) / parts_of_a_group;
  std::vector<Group> parts;
  for (std::size_t i = 0; i < group.entries.size(); ++i) {
    if (i % lines == 0) parts.push_back({group.stream, {}, 0});
    parts.back().entries.push_back(group.entries[i]);
    parts.back().bytes += entries_[group.entries[i]].line.size;
  }
  return parts;
}

bool ChunkImport::was_taken(const Group& group) const {
  const auto stream =
      events::stream_key(place_.context.environment.secrets.log_secret, group.stream);
  return fhir::was_accepted(place_.context, ordinal(group), stream);
}

bool ChunkImport::was_taken_in_parts(const Group& group) const {
  return group.entries.size() > 1 &&
         std::ranges::any_of(parts_of(group), [this](const Group& part) {
           return was_taken(part) || was_taken_in_parts(part);
         });
}

// What an earlier process did with these lines, so that it is not done in another way.
std::optional<ChunkImport::Next> ChunkImport::known_from_before(const Group& group) {
  if (!place_.replayed || group.stream.empty()) return std::nullopt;
  if (was_taken(group)) {
    for (const auto entry : group.entries) entries_[entry].taken = true;
    return Next::nothing;
  }
  return was_taken_in_parts(group) ? std::optional(Next::parts) : std::nullopt;
}

std::optional<ChunkImport::Next> ChunkImport::plan(const Group& group,
                                                   std::optional<fhir::Plan>& made) {
  if (auto known = known_from_before(group)) return known;
  std::vector<Write> writes;
  std::string digests;
  for (const auto entry : group.entries) {
    writes.push_back(entries_[entry].write);
    digests += place_.context.digest({"line", chunk_.text_of(entries_[entry].line)}).bytes();
  }
  auto planned = fhir::plan(place_.context, writes, ordinal(group),
                            place_.context.digest({"import", digests}));
  if (!planned) return refuse(group, std::move(planned.error()));
  if (!planned->together.empty()) return Next::parts;  // some stand in another record
  made = std::move(*planned);
  return std::nullopt;
}

ChunkImport::Next ChunkImport::refuse(const Group& group, Errors errors) {
  if (passes(errors.front().code)) return Next::same;
  if (group.entries.size() > 1) return Next::parts;
  if (errors.size() > errors_of_a_line_max) errors.resize(errors_of_a_line_max);
  entries_[group.entries.front()].errors = std::move(errors);
  return Next::nothing;
}

ChunkImport::Next ChunkImport::settle(const Group& group, fhir::Plan plan,
                                      const events::Result<Receipt>& receipt) {
  if (!receipt) return refuse(group, {receipt.error()});
  const auto verdict = receipt->outcome.verdict;
  if (verdict == Verdict::stale || verdict == Verdict::locked) return Next::same;
  auto judged = fhir::judged(std::move(plan), *receipt);
  if (!judged) return refuse(group, std::move(judged.error().errors));
  for (const auto entry : group.entries) entries_[entry].taken = true;
  const std::lock_guard lock(mutex_);
  if (position_.next_offsets().empty())
    position_ = events::PositionToken(place_.context.environment.log_id);
  position_.see(receipt->outcome.position);
  return Next::nothing;
}

}  // namespace

ImportedChunk import_chunk(const ChunkPlace& place, const Chunk& chunk) {
  return ChunkImport(place, chunk).run();
}

}  // namespace ingest::bulk
