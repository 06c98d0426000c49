#include "events/hmac.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "events/check.h"

namespace events {

namespace {

const unsigned char* hashed(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// One thread's context; setting the same key again is skipped.
class Mac {
 public:
  Mac() {
    EVP_MAC* algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    CHECK(algorithm != nullptr);
    context_ = EVP_MAC_CTX_new(algorithm);
    EVP_MAC_free(algorithm);  // the context has its own reference
    CHECK(context_ != nullptr);
  }
  ~Mac() {
    EVP_MAC_CTX_free(context_);
    OPENSSL_cleanse(key_.data(), key_.size());
  }
  Mac(const Mac&) = delete;
  Mac& operator=(const Mac&) = delete;

  void start(std::string_view key) {
    if (keyed_ && key == key_) {
      CHECK(EVP_MAC_init(context_, nullptr, 0, nullptr) == 1);
      return;
    }
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0),
                                 OSSL_PARAM_construct_end()};
    CHECK(EVP_MAC_init(context_, hashed(key), key.size(), params) == 1);
    key_ = key;
    keyed_ = true;
  }
  void add(std::string_view bytes) {
    CHECK(EVP_MAC_update(context_, hashed(bytes), bytes.size()) == 1);
  }
  Secret finish() {
    Secret out;
    std::size_t size = 0;
    CHECK(EVP_MAC_final(context_, out.data(), &size, out.size()) == 1 && size == out.size());
    return out;
  }

 private:
  EVP_MAC_CTX* context_ = nullptr;
  std::string key_;
  bool keyed_ = false;
};

}  // namespace

Secret hmac_of_list(const Secret& key, std::span<const std::string_view> parts) {
  thread_local Mac mac;  // of its own, so that the log secret stays keyed
  mac.start(bytes_of(key));
  for (std::string_view part : parts) {
    const std::uint64_t length = part.size();
    mac.add({reinterpret_cast<const char*>(&length), sizeof length});
    mac.add(part);
  }
  return mac.finish();
}

Secret hmac(const Secret& key, std::initializer_list<std::string_view> parts) {
  return hmac_of_list(key, {parts.begin(), parts.size()});
}

Digest16 digest16(const Secret& key, std::initializer_list<std::string_view> parts) {
  const Secret whole = hmac(key, parts);
  return *Digest16::from_bytes(bytes_of(whole).substr(0, Digest16::size));
}

Secret hkdf(const Secret& key, std::string_view salt, std::string_view info) {
  thread_local Mac mac;
  mac.start(salt);
  mac.add(bytes_of(key));
  Secret extracted = mac.finish();
  mac.start(bytes_of(extracted));
  mac.add(info);
  mac.add("\x01");
  OPENSSL_cleanse(extracted.data(), extracted.size());
  return mac.finish();
}

Secret sha256(std::string_view bytes) {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Secret out;
  CHECK(EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, algorithm, nullptr) == 1);
  return out;
}

bool equal_in_constant_time(std::string_view one, std::string_view other) {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

void fill_random(std::span<std::uint8_t> bytes) {
  CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
}

}  // namespace events
