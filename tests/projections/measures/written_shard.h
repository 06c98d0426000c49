// A shard's rows as its worker would have written them, without a log: versions, changes and
// settings, one event a commit, at whatever known time.
#pragma once

#include "projections/memory_rows.h"
#include "projections/shard.h"

namespace projections::measures::test {

class WrittenShard final : public ShardView {
 public:
  WrittenShard();

  static events::StreamKey stream_of(const std::string& patient);
  static events::StreamKey settings_stream();

  // Recorded or amended; `document` is a whole resource.
  void put(const std::string& patient, const std::string& type, const std::string& id,
           const std::string& document);
  // Nothing if it is not there.
  void remove(const std::string& patient, const std::string& type, const std::string& id);
  void set(const std::string& name, const std::string& payload);
  void unset(const std::string& name);

  events::KnownTime now{};  // of what is put next

  events::Offset next_offset() const override { return next_; }
  const RowView& rows() const override { return rows_; }
  Family family(std::string_view projection) const override;
  std::vector<std::pair<std::string, Family>> logical_families() const override { return {}; }
  Result<std::optional<VersionRow>> current(const events::StreamKey& stream,
                                            events::ResourceType type,
                                            std::string_view id) const override;
  Result<std::optional<VersionRow>> version(const events::StreamKey& stream,
                                            events::ResourceType type, std::string_view id,
                                            events::Version version) const override;
  Result<std::vector<VersionRow>> history(const events::StreamKey& stream,
                                          events::ResourceType type,
                                          std::string_view id) const override;
  Result<std::vector<events::Known>> find(events::ResourceType, std::string_view) const override {
    return std::vector<events::Known>();
  }
  Result<std::vector<Change>> changes(events::Offset from,
                                      const std::optional<events::StreamKey>& stream,
                                      std::size_t limit) const override;
  Result<std::vector<ParkedPatient>> parked(
      const std::optional<events::StreamKey>&) const override {
    return std::vector<ParkedPatient>();
  }
  Result<std::vector<QuarantinedRecord>> quarantined(std::size_t) const override {
    return std::vector<QuarantinedRecord>();
  }

 private:
  struct Place {
    events::StreamKey stream;
    std::string name;
    events::ResourceType type;
    std::string id;
  };
  void write(const Place& place, const std::string& document, const std::string& facts,
             bool deleted);

  MemoryRows rows_;
  events::Offset next_;
};

// The document of a version, as WrittenShard keeps it.
Result<std::string> written_document(const events::StreamKey& stream, const VersionRow& row);

}  // namespace projections::measures::test
