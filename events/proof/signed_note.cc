#include "events/proof/signed_note.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include "events/check.h"
#include "events/hmac.h"
#include "events/proof/base64.h"

namespace events::proof {
namespace {

constexpr std::string_view dash = "\xe2\x80\x94 ";  // U+2014, a blank
constexpr std::size_t id_bytes = 4, time_bytes = 8, signature_bytes = 64;

std::string kind_and_key(SignatureKind kind, const Hash& key) {
  return std::string(1, static_cast<char>(kind)).append(bytes_of(key));
}

std::string cosigned_text(std::string_view text, std::uint64_t seconds) {
  return fmt::format("cosignature/v1\ntime {}\n{}", seconds, text);
}

bool verifies(const Hash& key, std::string_view message, std::string_view signature) {
  using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
  using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
  const Key opened(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()),
                   &EVP_PKEY_free);
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (opened == nullptr || context == nullptr) return false;
  if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, opened.get()) != 1)
    return false;
  return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(), reinterpret_cast<const unsigned char*>(message.data()),
                          message.size()) == 1;
}

bool is_name(std::string_view name) {
  return !name.empty() && name.find_first_of(" +\t\n\r") == std::string_view::npos;
}

Result<NoteSignature> parse_signature(std::string_view line) {
  const auto blank = line.rfind(' ');
  if (!line.starts_with(dash) || blank < dash.size() || blank == std::string_view::npos)
    return invalid(fmt::format("\"{}\" is no line of a signature", line));
  const auto name = line.substr(dash.size(), blank - dash.size());
  auto bytes = from_base64(line.substr(blank + 1));
  if (!is_name(name) || !bytes || bytes->size() <= id_bytes)
    return invalid(fmt::format("\"{}\" is no line of a signature", line));
  return NoteSignature{std::string(name), std::move(*bytes)};
}

// Takes one note from the front of `bytes`.
Result<Note> take_note(std::string_view& bytes) {
  const auto end = bytes.find("\n\n");
  if (end == std::string_view::npos)
    return invalid("a note has no empty line before its signatures: it is cut or no note");
  Note note{std::string(bytes.substr(0, end + 1)), {}};
  bytes.remove_prefix(end + 2);
  while (bytes.starts_with(dash)) {
    const auto line = bytes.find('\n');
    if (line == std::string_view::npos) return invalid("a note's last signature is cut");
    auto signature = parse_signature(bytes.substr(0, line));
    if (!signature) return signature.error();
    note.signatures.push_back(std::move(*signature));
    bytes.remove_prefix(line + 1);
  }
  if (note.signatures.empty()) return invalid("a note has no signature: it is cut or no note");
  return note;
}

}  // namespace

std::string Verifier::key_id() const {
  const auto whole = sha256(name + "\n" + kind_and_key(kind, key));
  return std::string(bytes_of(whole).substr(0, id_bytes));
}

std::string Verifier::text() const {
  return fmt::format("{}+{}+{}", name, to_hex(key_id()), to_base64(kind_and_key(kind, key)));
}

Result<Verifier> Verifier::parse(std::string_view text) {
  const auto refused = [&] {
    return invalid(
        fmt::format("\"{}\" is no key; write <name>+<8 hex digits>+<base64>, as the "
                    "node that signs prints it",
                    text));
  };
  const auto first = text.find('+');
  const auto second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) return refused();
  const auto bytes = from_base64(text.substr(second + 1));
  Verifier verifier;
  if (!bytes || bytes->size() != 1 + verifier.key.size()) return refused();
  verifier.name = text.substr(0, first);
  verifier.kind = static_cast<SignatureKind>(bytes->front());
  std::memcpy(verifier.key.data(), bytes->data() + 1, verifier.key.size());
  if (!is_name(verifier.name) || verifier.text() != text) return refused();
  return verifier;
}

Result<Note> Note::parse(std::string_view bytes) {
  auto note = take_note(bytes);
  if (note && !bytes.empty()) return invalid("there is more behind the note's signatures");
  return note;
}

Result<std::vector<Note>> parse_notes(std::string_view bytes) {
  std::vector<Note> notes;
  while (true) {
    while (bytes.starts_with('\n')) bytes.remove_prefix(1);
    if (bytes.empty()) return notes;
    auto note = take_note(bytes);
    if (!note) return note.error();
    notes.push_back(std::move(*note));
  }
}

std::string Note::bytes() const {
  std::string bytes = text + "\n";
  for (const auto& signature : signatures)
    bytes += fmt::format("{}{} {}\n", dash, signature.name, to_base64(signature.bytes));
  return bytes;
}

Verdict verify_note(const Note& note, const Verifier& by) {
  const std::string id = by.key_id();
  auto verdict = Verdict::not_signed;
  for (const auto& signature : note.signatures) {
    if (signature.name != by.name || !signature.bytes.starts_with(id)) continue;
    std::string_view bytes = std::string_view(signature.bytes).substr(id_bytes);
    std::string message = note.text;
    if (by.kind == SignatureKind::cosignature && bytes.size() == time_bytes + signature_bytes) {
      std::uint64_t seconds = 0;
      for (const char byte : bytes.substr(0, time_bytes))
        seconds = seconds << 8 | static_cast<std::uint8_t>(byte);
      bytes.remove_prefix(time_bytes);
      message = cosigned_text(note.text, seconds);
    }
    if (bytes.size() == signature_bytes && verifies(by.key, message, bytes))
      return Verdict::verified;
    verdict = Verdict::wrong_signature;
  }
  return verdict;
}

struct SigningKey::Pair {
  ~Pair() { EVP_PKEY_free(key); }
  EVP_PKEY* key = nullptr;
};

SigningKey::SigningKey(std::string name, const Hash& seed) : pair_(std::make_unique<Pair>()) {
  pair_->key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size());
  CHECK(pair_->key != nullptr && is_name(name));
  verifier_.name = std::move(name);
  std::size_t size = verifier_.key.size();
  CHECK(EVP_PKEY_get_raw_public_key(pair_->key, verifier_.key.data(), &size) == 1);
}

SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

std::string SigningKey::sign_bytes(std::string_view message) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, pair_->key) == 1);
  std::string signature(signature_bytes, '\0');
  std::size_t size = signature.size();
  CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       reinterpret_cast<const unsigned char*>(message.data()),
                       message.size()) == 1);
  return signature;
}

NoteSignature SigningKey::sign(std::string_view text) const {
  return {verifier_.name, verifier_.key_id() + sign_bytes(text)};
}

NoteSignature SigningKey::cosign(std::string_view text, std::chrono::sys_seconds time) const {
  const auto seconds = static_cast<std::uint64_t>(time.time_since_epoch().count());
  std::string bytes = verifier_.of(SignatureKind::cosignature).key_id();
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(seconds >> shift & 0xff));
  return {verifier_.name, bytes + sign_bytes(cosigned_text(text, seconds))};
}

}  // namespace events::proof
