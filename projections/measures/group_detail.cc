#include "projections/measures/group_detail.h"

namespace projections::measures {
namespace {

ObservedTexts texts_of(const std::vector<quality::ObservedValues>& observations) {
  ObservedTexts texts;
  for (const auto& observation : observations) {
    auto& list = texts.emplace_back();
    for (const auto& value : observation.values) list.push_back(value.to_text());
  }
  return texts;
}

events::Error not_of_measure() {
  return events::corrupt("an outcome is not of the measure that it was evaluated for");
}

events::Status add_texts(const ObservedTexts& texts,
                         std::vector<quality::ObservedValues>& observations) {
  if (texts.size() > observations.size()) return not_of_measure();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (const auto& text : texts[i]) {
      const auto value = quality::Decimal::parse(text);
      if (!value) return not_of_measure();
      observations[i].values.push_back(*value);
    }
  }
  return {};
}

void write_texts(const ObservedTexts& texts, RowWriter& row) {
  row.varint(texts.size());
  for (const auto& list : texts) {
    row.varint(list.size());
    for (const auto& text : list) row.bytes(text);
  }
}
ObservedTexts read_texts(RowReader& row) {
  ObservedTexts texts;
  for (auto left = row.varint(); left > 0 && row.ok(); --left) {
    auto& list = texts.emplace_back();
    for (auto more = row.varint(); more > 0 && row.ok(); --more) list.emplace_back(row.bytes());
  }
  return texts;
}

OwnStratum read_stratum(RowReader& row) {
  OwnStratum stratum;
  stratum.stratifier = row.varint();
  for (auto left = row.varint(); left > 0 && row.ok(); --left) {
    auto& value = stratum.values.emplace_back();
    value.text = row.bytes();
    value.system = row.bytes();
    value.code = row.bytes();
  }
  for (auto left = row.varint(); left > 0 && row.ok(); --left)
    stratum.counts.push_back(row.varint());
  stratum.observed = read_texts(row);
  return stratum;
}

}  // namespace

bool has_detail(const quality::GroupDefinition& group) {
  return !group.stratifiers.empty() || !group.observations.empty();
}

GroupDetail detail_of(const quality::GroupCount& group) {
  GroupDetail detail;
  detail.observed = texts_of(group.observations);
  for (std::size_t i = 0; i < group.stratifiers.size(); ++i) {
    for (const auto& stratum : group.stratifiers[i].strata) {
      OwnStratum own{i, stratum.values, {}, texts_of(stratum.observations)};
      for (const auto& population : stratum.populations) own.counts.push_back(population.count);
      detail.strata.push_back(std::move(own));
    }
  }
  return detail;
}

events::Result<quality::GroupCount> with_detail(quality::GroupCount group,
                                                const GroupDetail& detail) {
  const auto populations = group.populations;
  const auto observations = group.observations;
  if (auto added = add_texts(detail.observed, group.observations); !added) return added.error();
  for (const auto& own : detail.strata) {
    if (own.stratifier >= group.stratifiers.size() || own.counts.size() != populations.size())
      return not_of_measure();
    quality::StratumCount stratum{own.values, populations, observations};
    for (std::size_t i = 0; i < own.counts.size(); ++i)
      stratum.populations[i].count = own.counts[i];
    if (auto added = add_texts(own.observed, stratum.observations); !added) return added.error();
    group.stratifiers[own.stratifier].strata.push_back(std::move(stratum));
  }
  return group;
}

void write_detail(const GroupDetail& detail, RowWriter& row) {
  write_texts(detail.observed, row);
  row.varint(detail.strata.size());
  for (const auto& stratum : detail.strata) {
    row.varint(stratum.stratifier).varint(stratum.values.size());
    for (const auto& value : stratum.values)
      row.bytes(value.text).bytes(value.system).bytes(value.code);
    row.varint(stratum.counts.size());
    for (const auto count : stratum.counts) row.varint(count);
    write_texts(stratum.observed, row);
  }
}

GroupDetail read_detail(RowReader& row) {
  GroupDetail detail;
  detail.observed = read_texts(row);
  for (auto left = row.varint(); left > 0 && row.ok(); --left)
    detail.strata.push_back(read_stratum(row));
  return detail;
}

}  // namespace projections::measures
