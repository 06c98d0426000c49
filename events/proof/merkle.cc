#include "events/proof/merkle.h"

#include <openssl/evp.h>

#include <bit>
#include <cstring>
#include <memory>

#include "events/check.h"
#include "events/hmac.h"

namespace events::proof {
namespace {

// One thread's digest context: making one costs more than a node's hash.
class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) { CHECK(context_ != nullptr); }
  Sha256& begin() {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    CHECK(EVP_DigestInit_ex2(context_.get(), algorithm, nullptr) == 1);
    return *this;
  }
  Sha256& add(std::string_view bytes) {
    CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
    return *this;
  }
  Hash end() {
    Hash hash;
    CHECK(EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr) == 1);
    return hash;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

Sha256& sha() {
  thread_local Sha256 context;
  return context;
}

template <class Number>
void append_big_endian(std::string& to, Number number) {
  for (int shift = 8 * (static_cast<int>(sizeof number) - 1); shift >= 0; shift -= 8)
    to.push_back(static_cast<char>(static_cast<std::uint64_t>(number) >> shift & 0xff));
}

// The largest power of two below `size`, which is two or more.
std::uint64_t split(std::uint64_t size) { return std::bit_floor(size - 1); }

// MTH(D[begin : begin + size]) of a subtree of the tree.
Result<Hash> subtree(std::uint64_t begin, std::uint64_t size, const NodeAt& node) {
  if (std::has_single_bit(size)) {
    const auto level = static_cast<unsigned>(std::countr_zero(size));
    return node(level, begin >> level);
  }
  const auto left_size = split(size);
  const auto left = subtree(begin, left_size, node);
  if (!left) return left;
  const auto right = subtree(begin + left_size, size - left_size, node);
  if (!right) return right;
  return node_hash(*left, *right);
}

Status add_subtree(std::vector<Hash>& proof, std::uint64_t begin, std::uint64_t size,
                   const NodeAt& node) {
  const auto hash = subtree(begin, size, node);
  if (!hash) return hash.error();
  proof.push_back(*hash);
  return {};
}

// RFC 6962 section 2.1.1, PATH(m, D[n]).
Status add_path(std::vector<Hash>& proof, std::uint64_t index, std::uint64_t begin,
                std::uint64_t size, const NodeAt& node) {
  if (size == 1) return {};
  const auto left = split(size);
  if (index < left) {
    if (auto below = add_path(proof, index, begin, left, node); !below) return below;
    return add_subtree(proof, begin + left, size - left, node);
  }
  if (auto below = add_path(proof, index - left, begin + left, size - left, node); !below)
    return below;
  return add_subtree(proof, begin, left, node);
}

// RFC 6962 section 2.1.2, SUBPROOF(m, D[n], b).
Status add_subproof(std::vector<Hash>& proof, std::uint64_t first, std::uint64_t begin,
                    std::uint64_t size, bool whole, const NodeAt& node) {
  if (first == size) return whole ? Status() : add_subtree(proof, begin, size, node);
  const auto left = split(size);
  if (first <= left) {
    if (auto below = add_subproof(proof, first, begin, left, whole, node); !below) return below;
    return add_subtree(proof, begin + left, size - left, node);
  }
  if (auto below = add_subproof(proof, first - left, begin + left, size - left, false, node);
      !below)
    return below;
  return add_subtree(proof, begin, left, node);
}

}  // namespace

Hash empty_root() { return sha256({}); }

Hash leaf_hash(std::string_view entry) { return sha().begin().add({"\x00", 1}).add(entry).end(); }

Hash node_hash(const Hash& left, const Hash& right) {
  std::array<char, 65> bytes;
  bytes[0] = 1;
  std::memcpy(bytes.data() + 1, left.data(), left.size());
  std::memcpy(bytes.data() + 33, right.data(), right.size());
  return sha().begin().add({bytes.data(), bytes.size()}).end();
}

Hash record_leaf(const LogId& log, PartitionId partition, const LogRecord& record) {
  std::string head("\x00", 1);
  head += log.bytes();
  append_big_endian(head, partition.value);
  append_big_endian(head, record.offset.value);
  append_big_endian(head, record.append_time.time_since_epoch().count());
  append_big_endian(head, static_cast<std::uint32_t>(record.key.size()));
  head += record.key;
  append_big_endian(head, static_cast<std::uint32_t>(record.value.size()));
  return sha().begin().add(head).add(record.value).end();
}

Result<Hash> root_of(std::uint64_t size, const NodeAt& node) {
  return size == 0 ? Result<Hash>(empty_root()) : subtree(0, size, node);
}

Result<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                          const NodeAt& node) {
  CHECK(index < size);
  std::vector<Hash> proof;
  if (auto made = add_path(proof, index, 0, size, node); !made) return made.error();
  return proof;
}

Result<std::vector<Hash>> consistency_proof(std::uint64_t first, std::uint64_t second,
                                            const NodeAt& node) {
  CHECK(first <= second);
  std::vector<Hash> proof;
  if (first == 0 || first == second) return proof;
  if (auto made = add_subproof(proof, first, 0, second, true, node); !made) return made.error();
  return proof;
}

bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Hash> proof, const Hash& root) {
  if (index >= size) return false;
  std::uint64_t place = index, last = size - 1;
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    if (last == 0) return false;
    if ((place & 1) != 0 || place == last) {
      hash = node_hash(sibling, hash);
      while ((place & 1) == 0 && place != 0) place >>= 1, last >>= 1;
    } else {
      hash = node_hash(hash, sibling);
    }
    place >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == root;
}

bool verify_consistency(std::uint64_t first, const Hash& first_root, std::uint64_t second,
                        const Hash& second_root, std::span<const Hash> proof) {
  if (first > second) return false;
  if (first == second) return proof.empty() && first_root == second_root;
  if (first == 0) return proof.empty() && first_root == empty_root();
  std::vector<Hash> path(proof.begin(), proof.end());
  if (std::has_single_bit(first)) path.insert(path.begin(), first_root);
  if (path.empty()) return false;
  std::uint64_t place = first - 1, last = second - 1;
  while ((place & 1) != 0) place >>= 1, last >>= 1;
  Hash older = path.front(), newer = path.front();
  for (const Hash& hash : std::span(path).subspan(1)) {
    if (last == 0) return false;
    if ((place & 1) != 0 || place == last) {
      older = node_hash(hash, older);
      newer = node_hash(hash, newer);
      while ((place & 1) == 0 && place != 0) place >>= 1, last >>= 1;
    } else {
      newer = node_hash(newer, hash);
    }
    place >>= 1;
    last >>= 1;
  }
  return last == 0 && older == first_root && newer == second_root;
}

void RunningRoot::add(const Hash& leaf) {
  Hash hash = leaf;
  for (auto full = size_; (full & 1) != 0; full >>= 1) {
    hash = node_hash(peaks_.back(), hash);
    peaks_.pop_back();
  }
  peaks_.push_back(hash);
  ++size_;
}

Hash RunningRoot::root() const {
  if (peaks_.empty()) return empty_root();
  Hash hash = peaks_.back();
  for (auto peak = peaks_.rbegin() + 1; peak != peaks_.rend(); ++peak)
    hash = node_hash(*peak, hash);
  return hash;
}

}  // namespace events::proof
