#include "query/fhir/conditions.h"

#include <fmt/format.h>

#include <algorithm>

#include "ops/http/text.h"
#include "projections/ledger.h"
#include "query/fhir/chain.h"
#include "query/fhir/patient_search.h"
#include "query/fhir/scan.h"

namespace query::fhir {
namespace {

constexpr std::size_t wanted_max = 2;  // one is the match, two are too many

Status decides(const QueryParameters& parameters) {
  static constexpr std::string_view shapes[] = {
      "_count",    "_sort",          "_include", "_revinclude", "_total",  "_summary",
      "_elements", "_contained",     "_format",  "_pretty",     "_cursor", "_score",
      "_since",    "_containedType", "asOf",     "at",          "_asOf"};
  for (const auto& [name, value] : parameters) {
    if (std::ranges::find(shapes, name.substr(0, name.find(':'))) != std::end(shapes)) {
      return events::invalid(
          fmt::format("{}: says what an answer looks like, not which resource is meant; leave it "
                      "out",
                      name));
    }
    if (value.empty()) return events::invalid(fmt::format("{}: has no value", name));
  }
  if (parameters.empty())
    return events::invalid("there are no criteria; write identifier=system|value");
  return {};
}

class MatchList {
 public:
  MatchList(Reader& reader, events::ResourceType type) : reader_(reader), type_(type) {}

  // False: there are enough.
  bool add(const projections::ShardView& view, const events::StreamKey& stream,
           const std::string& id, events::Version version) {
    const bool known = std::ranges::any_of(found_, [&](const events::Matched& one) {
      return one.known.stream == stream && one.known.id.text() == id;
    });
    if (known) return true;
    if (found_.size() == wanted_max) return false;
    auto row = projections::StreamLedger(view.rows(), stream).stream();
    if (!row) {
      status_ = row.error();
      return false;
    }
    const auto partition = events::partition_of(stream, reader_.sources().shards.count());
    found_.push_back({{stream, partition, events::ResourceId(id), version, false}, row->accepted});
    return true;
  }
  Status add_patient(const std::string& id) {
    const auto stream = reader_.stream(events::patient_stream(events::ResourceId(id)));
    const auto& view = reader_.view_of(stream);
    auto row = view.current(stream, type_, id);
    if (!row) return row.error();
    if (!*row || (*row)->effect == events::EventEffect::deleted) return {};
    add(view, stream, id, (*row)->version);
    return status_;
  }
  Result<std::vector<events::Matched>> take() && {
    if (!status_) return status_.error();
    return std::move(found_);
  }

 private:
  Reader& reader_;
  const events::ResourceType type_;
  std::vector<events::Matched> found_;
  Status status_;
};

Status believable(const std::vector<events::Error>& warnings) {
  if (warnings.empty()) return {};
  return events::unavailable("it cannot be said what meets the criteria: " +
                             warnings.front().message);
}

Status find_patients(Reader& reader, const ChainContext& context, const SearchInput& input,
                     MatchList& matches) {
  auto search = parse_patient_search(input);
  if (!search) return search.error();
  if (auto sure = believable(search->warnings); !sure) return sure;
  return each_patient(reader, context, *search,
                      [&](const std::string& id) { return matches.add_patient(id); });
}

Status find_others(Reader& reader, const ChainContext& context, const SearchInput& input,
                   const TypeParameters& table, MatchList& matches) {
  auto query = parse_search(table, input);
  if (!query) return query.error();
  const std::string patient = query->patients.size() == 1 ? query->patients.front() : std::string();
  if (auto allowed = ops::auth::permit(context.request.principal,
                                       {ops::auth::Access::search, input.type, patient});
      !allowed)
    return allowed;
  if (auto resolved = resolve_chains(reader, context, *query); !resolved) return resolved;
  auto scanned = scan_all(reader, *query, {}, [&](Candidate& match) {
    return matches.add(match.view, match.stream, match.id, match.version);
  });
  if (!scanned) return scanned;
  return believable(query->warnings);
}

}  // namespace

Result<std::vector<events::Matched>> find_matching(const Sources& sources,
                                                   const ops::auth::Principal& principal,
                                                   std::string_view base_url,
                                                   events::ResourceType type,
                                                   std::string_view criteria) {
  const auto parameters = ops::http::parse_query(criteria);
  if (!parameters) return parameters.error();
  if (auto usable = decides(*parameters); !usable) return usable.error();
  ops::http::Request request;
  request.principal = principal;
  request.base_url = base_url;
  const auto now = std::chrono::time_point_cast<events::Micros>(std::chrono::system_clock::now());
  const auto name = events::type_name(type);
  const SearchInput input{name, *parameters, {request.base_url, now}, false};
  const ChainContext context{request, input.context};
  Reader reader(sources);
  MatchList matches(reader, type);
  Status done;
  if (name == "Patient") {
    done = ops::auth::permit(principal, {ops::auth::Access::search, name, {}});
    if (done) done = find_patients(reader, context, input, matches);
  } else if (const auto* table = search_table(type)) {
    done = find_others(reader, context, input, *table, matches);
  } else {
    done = events::Error{events::ErrorCode::unsupported,
                         fmt::format("{}: is not searched here; name its id", name),
                         {}};
  }
  if (!done) return done.error();
  return std::move(matches).take();
}

}  // namespace query::fhir
