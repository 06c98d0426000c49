// Writes the golden records of format v1 into a folder. Running it is a decision:
// bytes that are on people's logs cannot be made anew.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "events/check.h"
#include "events/dictionary.h"
#include "events/key_records.h"
#include "events/log/memory_log.h"
#include "events/record.h"
#include "tests/golden/golden.h"

namespace {

using namespace events;

std::filesystem::path folder;

void write(const std::string& name, const std::string& record) {
  std::ofstream(folder / (name + ".record"), std::ios::binary) << record;
}

std::string built(KeyStore& keys, const Digest16& dictionary) {
  const Secrets secrets = golden::secrets();
  auto commit = Sealer(secrets, keys, dictionary).build(golden::draft());
  CHECK(commit && commit->records.size() == 1);
  return commit->records.front();
}

const TransactionPart transaction{TransactionId({0x70, 3}), golden::draft().stream};

std::string prepared(KeyStore& keys) {
  const Secrets secrets = golden::secrets();
  CommitDraft draft = golden::draft();
  draft.transaction = transaction;
  auto prepare = Sealer(secrets, keys, {}).build(draft);
  CHECK(prepare && prepare->records.size() == 1);
  return prepare->records.front();
}

void write_parts(const std::string& record) {
  const CommitDraft draft = golden::draft();
  HeaderFields fields;
  fields.log = golden::log_id();
  fields.stream = draft.stream;
  fields.commit = draft.commit;
  fields.assembly = draft.assembly;
  fields.key_epoch = 1;
  fields.claimed_time = draft.claimed_time;
  const auto parts =
      cut_into_parts(golden::secrets().log_secret, fields, record, record.size() / 3 + 1);
  CHECK(parts.size() == 3);
  for (std::size_t i = 0; i < parts.size(); ++i) write("part-" + std::to_string(i), parts[i]);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: make_golden FOLDER\n", stderr);
    return 2;
  }
  folder = arguments[1];
  std::filesystem::create_directories(folder);
  const Secrets secrets = golden::secrets();
  const CommitDraft draft = golden::draft();

  const std::string format = encode(make_log_format(golden::log_id(), secrets, golden::partitions));
  const std::string key = encode_wrapped(secrets.master_key, draft.stream, golden::data_key(), {1});
  write("keys-format", format);
  write("keys-wrapped", key);
  MemoryLog log(1);
  log.put({0}, "format", format);
  log.put({0}, "key", key);
  auto keys = KeyStore::open(log, secrets, golden::partitions);
  CHECK(keys.has_value());

  const std::string record = built(**keys, {});
  write("commit", record);
  write("commit-with-dictionary", built(**keys, current_dictionary()));
  write("cancel", Sealer(secrets, **keys, {}).cancel(draft.stream, draft.commit));
  write_parts(record);
  write("prepare", prepared(**keys));
  write("decision",
        Sealer(secrets, **keys, {}).decision(draft.stream, transaction, TransactionVerdict::abort));
  write("access", access::seal_record(golden::access_record(), secrets.master_key));
  write("access-trim", access::seal_record(golden::trim_record(), secrets.master_key));
  return 0;
}
