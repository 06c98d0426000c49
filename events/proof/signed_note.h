// Signed notes, as the C2SP specifications signed-note, tlog-checkpoint and tlog-cosignature have
// them: a text, an empty line, and a line for each signature,
//   "— <key name> <base64 of key id (4 bytes) || signature>".
// Keys are Ed25519 (RFC 8032). Any bytes may come.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/proof/merkle.h"

namespace events::proof {

// What a signature is over: the text (1), or "cosignature/v1\ntime <seconds>\n" and the text (4).
enum class SignatureKind : std::uint8_t { note = 1, cosignature = 4 };

// Who signed: name, and the public key. Written `<name>+<key id, 8 hex digits>+<base64 of kind
// || key>`.
struct Verifier {
  std::string name;
  SignatureKind kind = SignatureKind::note;
  Hash key{};

  static Result<Verifier> parse(std::string_view text);  // invalid
  std::string text() const;
  std::string key_id() const;  // 4 bytes
  Verifier of(SignatureKind other) const { return {name, other, key}; }
  friend bool operator==(const Verifier&, const Verifier&) = default;
};

struct NoteSignature {
  std::string name;
  std::string bytes;  // key id and what follows
};

struct Note {
  std::string text;  // ends with a new line
  std::vector<NoteSignature> signatures;

  static Result<Note> parse(std::string_view bytes);  // invalid
  std::string bytes() const;
};
// Notes one after the other, with empty lines between them or none.
Result<std::vector<Note>> parse_notes(std::string_view bytes);

// A key that `note` carries a signature of, right or wrong.
enum class Verdict { verified, wrong_signature, not_signed };
Verdict verify_note(const Note& note, const Verifier& by);

class SigningKey {
 public:
  // `file`: mode 0600, `signing_key = "<64 hex>"`, made if absent. `name`: of the signer, without
  // blanks and +.
  static Result<SigningKey> read_or_make(const std::filesystem::path& file, std::string name);
  SigningKey(std::string name, const Hash& seed);
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) = delete;
  ~SigningKey();

  const Verifier& verifier() const { return verifier_; }
  NoteSignature sign(std::string_view text) const;
  NoteSignature cosign(std::string_view text, std::chrono::sys_seconds time) const;

 private:
  struct Pair;
  std::string sign_bytes(std::string_view message) const;
  Verifier verifier_;
  std::unique_ptr<Pair> pair_;
};

}  // namespace events::proof
