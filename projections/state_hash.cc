#include <openssl/evp.h>

#include "events/check.h"
#include "projections/row_codec.h"
#include "projections/shard.h"

namespace projections {
namespace {

class Hash {
 public:
  Hash() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    CHECK(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }
  // With its length, so that no two lists of texts give the same input.
  void add(std::string_view bytes) {
    add_raw(RowWriter().varint(bytes.size()).row());
    add_raw(bytes);
  }
  std::string hex() {
    std::string digest(32, '\0');
    CHECK(EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()),
                             nullptr) == 1);
    return events::to_hex(digest);
  }

 private:
  void add_raw(std::string_view bytes) {
    CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

Result<std::string> state_hash(const ShardView& view) {
  Hash hash;
  for (const auto& [name, family] : view.logical_families()) {
    const auto rows = view.rows().scan(family, {});
    for (; rows->valid(); rows->next()) {
      hash.add(name);
      hash.add(rows->key());
      hash.add(rows->value());
    }
    if (auto read = rows->status(); !read) return read.error();
  }
  return hash.hex();
}

}  // namespace projections
