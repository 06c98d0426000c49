#include "events/seal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <limits>

#include "events/check.h"

namespace events {

namespace {

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

int int_size(std::size_t size) {
  CHECK(size <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
  return static_cast<int>(size);
}

// One thread's context for one direction.
class Cipher {
 public:
  explicit Cipher(bool encrypts) : encrypts_(encrypts), context_(EVP_CIPHER_CTX_new()) {
    static const EVP_CIPHER* const algorithm = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    CHECK(algorithm != nullptr && context_ != nullptr);
    CHECK(EVP_CipherInit_ex2(context_, algorithm, nullptr, nullptr, encrypts_, nullptr) == 1);
  }
  ~Cipher() {
    EVP_CIPHER_CTX_free(context_);
    OPENSSL_cleanse(key_.data(), key_.size());
  }
  Cipher(const Cipher&) = delete;
  Cipher& operator=(const Cipher&) = delete;

  EVP_CIPHER_CTX* start(const Secret& key, const Nonce& nonce, std::string_view associated) {
    const bool same_key = keyed_ && key == key_;
    CHECK(EVP_CipherInit_ex2(context_, nullptr, same_key ? nullptr : key.data(), nonce.data(),
                             encrypts_, nullptr) == 1);
    key_ = key;
    keyed_ = true;
    int done = 0;
    CHECK(EVP_CipherUpdate(context_, nullptr, &done, data_of(associated),
                           int_size(associated.size())) == 1);
    return context_;
  }

 private:
  const bool encrypts_;
  EVP_CIPHER_CTX* const context_;
  Secret key_{};
  bool keyed_ = false;
};

}  // namespace

Nonce nonce_of(std::uint64_t number) {
  Nonce nonce{};
  for (std::size_t i = 0; i < 8; ++i) {
    nonce[11 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  return nonce;
}

void seal_into(std::span<std::uint8_t> out, const Secret& key, const Nonce& nonce,
               std::string_view associated, std::string_view plain) {
  thread_local Cipher cipher(true);
  CHECK(out.size() == plain.size() + seal_tag_bytes);
  EVP_CIPHER_CTX* context = cipher.start(key, nonce, associated);
  int done = 0;
  if (!plain.empty()) {
    CHECK(EVP_CipherUpdate(context, out.data(), &done, data_of(plain), int_size(plain.size())) ==
          1);
  }
  int rest = 0;
  CHECK(EVP_CipherFinal_ex(context, out.data() + done, &rest) == 1);
  CHECK(static_cast<std::size_t>(done + rest) == plain.size());
  CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, seal_tag_bytes,
                            out.data() + plain.size()) == 1);
}

std::string seal(const Secret& key, const Nonce& nonce, std::string_view associated,
                 std::string_view plain) {
  std::string out(plain.size() + seal_tag_bytes, '\0');
  seal_into({reinterpret_cast<std::uint8_t*>(out.data()), out.size()}, key, nonce, associated,
            plain);
  return out;
}

Result<std::string> unseal(const Secret& key, const Nonce& nonce, std::string_view associated,
                           std::string_view sealed) {
  thread_local Cipher cipher(false);
  if (sealed.size() < seal_tag_bytes) return corrupt("sealed bytes are shorter than their tag");
  std::string_view text = sealed.substr(0, sealed.size() - seal_tag_bytes);
  std::string tag(sealed.substr(text.size()));
  EVP_CIPHER_CTX* context = cipher.start(key, nonce, associated);
  std::string plain(text.size(), '\0');
  auto* out = reinterpret_cast<unsigned char*>(plain.data());
  int done = 0;
  if (!text.empty()) {
    CHECK(EVP_CipherUpdate(context, out, &done, data_of(text), int_size(text.size())) == 1);
  }
  CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, seal_tag_bytes, tag.data()) == 1);
  int rest = 0;
  if (EVP_CipherFinal_ex(context, out + done, &rest) != 1) {
    return corrupt("sealed bytes do not open: altered, or sealed with another key");
  }
  return plain;
}

}  // namespace events
