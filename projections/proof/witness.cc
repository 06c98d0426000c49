#include "projections/proof/witness.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <fstream>

#include "events/hmac.h"
#include "events/proof/growing_file.h"

namespace projections {
namespace {

using events::proof::Checkpoint;
using events::proof::Note;
using events::proof::Verifier;

constexpr events::PartitionId side_partition{0};
constexpr std::size_t side_read_bytes = 1u << 20;
// Checkpoints of others that this node's trees have not reached; the side log waits above it.
constexpr std::size_t waiting_max = 4096;

}  // namespace

Result<std::unique_ptr<Witness>> Witness::open(WitnessContext context) {
  std::unique_ptr<Witness> witness(new Witness(std::move(context)));
  if (auto loaded = witness->load(); !loaded) return loaded.error();
  return witness;
}

Status Witness::load() {
  std::ifstream(context_.directory / "followed") >> next_.value;
  remembered_ = next_;
  std::ifstream file(context_.directory / "signers");
  for (std::string line; std::getline(file, line);) {
    auto signer = Verifier::parse(line);
    if (!signer) return signer.error();
    signers_.push_back(std::move(*signer));
  }
  const auto& own = context_.key.verifier();
  if (std::find(signers_.begin(), signers_.end(), own) == signers_.end()) announce();
  return {};
}

std::string Witness::announcement(const Verifier& signer) const {
  const auto mac =
      events::hmac(context_.log_secret, {signer_record, context_.log_id.bytes(), signer.text()});
  return fmt::format("{}\n{}", signer.text(), events::to_hex(events::bytes_of(mac)));
}

void Witness::announce() const {
  context_.checkpoints.append(side_partition, signer_record, announcement(context_.key.verifier()),
                              [](const events::Appended&) {});
}

void Witness::turn() {
  const auto read = read_on();
  if (!read) reader_.reset();  // from where it stood, next time
  const bool lost = !read && read.error().code == events::ErrorCode::corrupt;
  set_side_log_problem(lost ? read.error().message : std::string());
  judge();
  if (next_ != remembered_ && waiting_.empty()) remember_place();
}

Status Witness::read_on() {
  if (!reader_) {
    auto reader = context_.checkpoints.read(side_partition, next_);
    if (!reader) return reader.error();
    reader_ = std::move(*reader);
  }
  while (waiting_.size() < waiting_max) {
    const auto records = reader_->next(side_read_bytes, std::chrono::milliseconds(0));
    if (!records) return records.error();
    if (records->empty()) return {};
    for (const auto& record : *records) {
      meet(record);
      next_ = record.offset.next();
    }
  }
  return {};
}

void Witness::meet(const events::LogRecord& record) {
  if (record.key == signer_record) return meet_signer(record.value);
  meet_note(record);
}

void Witness::meet_signer(std::string_view text) {
  auto signer = Verifier::parse(text.substr(0, text.find('\n')));
  if (!signer || !events::equal_in_constant_time(text, announcement(*signer))) {
    context_.metrics->foreign.Increment();
    return spdlog::warn("side log checkpoints: a key that is no node's of this log was left out");
  }
  std::string lines;
  const std::lock_guard lock(mutex_);
  if (std::find(signers_.begin(), signers_.end(), *signer) != signers_.end()) return;
  signers_.push_back(std::move(*signer));
  for (const auto& one : signers_) lines += one.text() + "\n";
  const auto written = events::proof::write_whole_file(context_.directory / "signers", lines, true);
  if (!written) spdlog::error("signers: {}", written.error().message);
}

void Witness::meet_note(const events::LogRecord& record) {
  auto note = Note::parse(record.value);
  auto checkpoint = note ? Checkpoint::parse(note->text) : note.error();
  if (!checkpoint) return context_.metrics->foreign.Increment();
  for (const auto& signer : signers()) {
    if (verify_note(*note, signer) == events::proof::Verdict::verified) {
      waiting_.push_back({std::move(*checkpoint), std::move(*note), signer});
      return;
    }
    const auto cosigner = signer.of(events::proof::SignatureKind::cosignature);
    if (verify_note(*note, cosigner) == events::proof::Verdict::verified) return;
  }
  context_.metrics->foreign.Increment();
}

void Witness::judge() {
  std::map<std::string, const Waiting*> same;  // the newest of each signer and tree
  std::deque<Waiting> left;
  std::vector<Waiting> judged;
  judged.reserve(waiting_.size());  // `same` points into it
  for (auto& one : waiting_) {
    judged.push_back(std::move(one));
    if (judge_one(judged.back(), same)) continue;
    left.push_back(std::move(judged.back()));
    judged.pop_back();
  }
  waiting_ = std::move(left);
  for (const auto& [name, one] : same) cosign(*one);
}

bool Witness::judge_one(const Waiting& waiting, std::map<std::string, const Waiting*>& same) {
  const auto own = context_.own(waiting.checkpoint);
  if (!own || !*own) return false;
  const auto origin = waiting.checkpoint.origin.text();
  const bool agree = (*own)->root == waiting.checkpoint.root &&
                     (!(*own)->map || *(*own)->map == waiting.checkpoint.map.hash);
  if (agree) {
    const bool others = waiting.signer != context_.key.verifier();
    if (others) same[waiting.signer.text() + origin] = &waiting;
    return true;
  }
  context_.metrics->forks.Increment();
  const std::string what = fmt::format(
      "forked: {} signed another {} of size {} than this node has; see which log is right with "
      "chartlog verify",
      waiting.signer.name, (*own)->root == waiting.checkpoint.root ? "map" : "root",
      waiting.checkpoint.size);
  spdlog::critical("{} {}", origin, what);
  const std::lock_guard lock(mutex_);
  forks_.emplace(origin, what);
  return true;
}

void Witness::cosign(const Waiting& waiting) const {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const Note cosigned{waiting.note.text, {context_.key.cosign(waiting.note.text, now)}};
  context_.checkpoints.append(side_partition, waiting.checkpoint.origin.text(), cosigned.bytes(),
                              [metrics = context_.metrics](const events::Appended& appended) {
                                if (appended.delivery == events::Delivery::persisted)
                                  metrics->cosignatures.Increment();
                              });
}

void Witness::set_side_log_problem(std::string why) {
  const std::lock_guard lock(mutex_);
  if (!why.empty() && why != side_log_problem_)
    spdlog::error("side log checkpoints: {}: remove {} to follow it from its beginning", why,
                  (context_.directory / "followed").string());
  side_log_problem_ = std::move(why);
}

// Behind a crash some are judged again; none is left out.
void Witness::remember_place() {
  const auto written = events::proof::write_whole_file(context_.directory / "followed",
                                                       fmt::format("{}\n", next_.value), false);
  if (written) remembered_ = next_;
}

std::vector<std::string> Witness::problems() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> all;
  if (!side_log_problem_.empty()) all.push_back("side log checkpoints: " + side_log_problem_);
  for (const auto& [origin, what] : forks_) all.push_back(fmt::format("{}: {}", origin, what));
  return all;
}

std::vector<Verifier> Witness::signers() const {
  const auto& own = context_.key.verifier();
  const std::lock_guard lock(mutex_);
  auto all = signers_;
  if (std::find(all.begin(), all.end(), own) == all.end()) all.push_back(own);
  return all;
}

}  // namespace projections
