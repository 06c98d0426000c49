#include "ingest/fhir/bundle.h"

#include <fmt/format.h>

#include <charconv>

#include "ingest/fhir/bundle_reads.h"
#include "ingest/fhir/preconditions.h"

namespace ingest::fhir {
namespace {

using events::invalid;
using events::unprocessable;

std::string in_quotes(std::string_view text) { return fmt::format("\"{}\"", text.substr(0, 100)); }

// Reads one entry; what is wrong with it goes to its errors.
class EntryReader {
 public:
  EntryReader(const json::Value& entry, std::size_t index) : entry_(entry) {
    read_.write.ordinal = index;
    read_.write.path = fmt::format("Bundle.entry[{}]", index);
  }

  BundleEntry read() && {
    if (auto status = read_request(); !status) read_.errors.push_back(status.error());
    return std::move(read_);
  }

 private:
  std::string at(std::string_view member) const {
    return fmt::format("{}.{}", read_.write.path, member);
  }

  events::Status read_request();
  events::Status read_method(std::string_view method);
  events::Status read_conditions(const json::Value& request);

  json::Value entry_;
  BundleEntry read_;
};

events::Status EntryReader::read_request() {
  if (!entry_.is_object()) {
    return unprocessable(fmt::format("{} is not an object", read_.write.path), read_.write.path);
  }
  const json::Value request = entry_["request"];
  if (!request.is_object()) {
    return unprocessable(fmt::format("{} is missing; say method and url", at("request")),
                         at("request"));
  }
  read_.write.full_url = entry_["fullUrl"].string();
  read_.write.resource = entry_["resource"];
  if (auto method = read_method(request["method"].string()); !method) return method;

  const std::string url_place = at("request.url");
  auto url = parse_resource_url(request["url"].string(), url_place);
  if (!url) return url.error();
  read_.write.type = url->type;
  read_.write.id = url->id;
  if (read_.write.verb == Verb::create && !url->id.text().empty()) {
    return unprocessable(fmt::format("{}: {} names an id; POST to the type, or PUT to the id",
                                     url_place, in_quotes(request["url"].string())),
                         url_place);
  }
  if (read_.write.verb == Verb::create && !url->criteria.empty()) {
    return unprocessable(
        fmt::format("{}: a POST takes its criteria in request.ifNoneExist", url_place), url_place);
  }
  if (read_.write.verb != Verb::create && url->id.text().empty() && url->criteria.empty()) {
    return unprocessable(fmt::format("{}: {} names no id; write Type/id or Type?criteria",
                                     url_place, in_quotes(request["url"].string())),
                         url_place);
  }
  read_.write.criteria = url->criteria;
  if (request["method"].string() == "PATCH") {
    auto patch = read_patch_resource(read_.write.resource, at("resource"));
    if (!patch) return patch.error();
    read_.write.patch = std::move(*patch);
  }
  if (auto conditions = read_conditions(request); !conditions) return conditions;
  if (read_.write.patch) return {};
  return check_resource(read_.write);
}

events::Status EntryReader::read_method(std::string_view method) {
  const std::string place = at("request.method");
  if (method == "POST") {
    read_.write.verb = Verb::create;
  } else if (method == "PUT" || method == "PATCH") {
    read_.write.verb = Verb::update;
  } else if (method == "DELETE") {
    read_.write.verb = Verb::remove;
  } else {
    return unprocessable(
        fmt::format("{}: {} is not a method; write GET, HEAD, POST, PUT, PATCH or DELETE", place,
                    in_quotes(method)),
        place);
  }
  return {};
}

events::Status EntryReader::read_conditions(const json::Value& request) {
  const auto sent = [&](std::string_view name) -> std::optional<SentCondition> {
    const auto value = request[name];
    if (!value) return std::nullopt;
    return SentCondition{value.string(), at(fmt::format("request.{}", name))};
  };
  return set_preconditions(read_.write,
                           {sent("ifMatch"), sent("ifNoneMatch"), sent("ifNoneExist")});
}

}  // namespace

events::Result<BundleKind> bundle_kind(const json::Value& bundle) {
  if (!bundle.is_object() || bundle["resourceType"].string() != "Bundle") {
    return invalid(
        fmt::format(
            "resourceType: {} is not a Bundle; POST to /fhir takes one, other resources go to "
            "/fhir/<Type>",
            in_quotes(bundle["resourceType"].string())),
        "Bundle.resourceType");
  }
  const std::string_view type = bundle["type"].string();
  if (auto entry = bundle["entry"]; entry && !entry.is_array()) {
    return unprocessable("Bundle.entry is not an array", "Bundle.entry");
  }
  if (type == "transaction") return BundleKind::transaction;
  if (type == "batch") return BundleKind::batch;
  return unprocessable(
      fmt::format("Bundle.type: {} cannot be posted; send a transaction or a batch",
                  in_quotes(type)),
      "Bundle.type");
}

std::vector<BundleEntry> read_entries(const json::Value& bundle) {
  std::vector<BundleEntry> entries;
  const json::Value array = bundle["entry"];
  entries.reserve(array.size());
  std::size_t index = 0;
  for (auto entry = array.first(); entry; entry = entry.next(), ++index) {
    if (!is_read_method(entry["request"]["method"].string()))
      entries.push_back(EntryReader(entry, index).read());
  }
  return entries;
}

events::Result<ResourceUrl> parse_resource_url(std::string_view url, std::string_view element) {
  const auto slash = url.find('/');
  const std::string_view name = url.substr(0, std::min(slash, url.find('?')));
  const auto type = events::type_of_name(name);
  if (!type) {
    return unprocessable(
        fmt::format("{}: {} is not a resource type that is kept here", element, in_quotes(name)),
        std::string(element));
  }
  if (name.size() == url.size()) return ResourceUrl{*type, {}, {}};
  // Before any id: the slash of `Observation?patient=Patient/1` begins no id of an Observation.
  if (url[name.size()] == '?' && url.size() > name.size() + 1)
    return ResourceUrl{*type, {}, std::string(url.substr(name.size() + 1))};
  const std::string_view id =
      slash == std::string_view::npos ? std::string_view{} : url.substr(slash + 1);
  if (!events::is_fhir_id(id)) {
    return unprocessable(
        fmt::format(
            "{}: {} is not understood; write Type or Type/id with an id of 1 to 64 letters, "
            "digits, - and .",
            element, in_quotes(url)),
        std::string(element));
  }
  return ResourceUrl{*type, events::ResourceId(std::string(id)), {}};
}

events::Status set_if_none_exist(Write& write, std::string_view criteria,
                                 std::string_view element) {
  auto criterion = parse_identifier_criterion(criteria, element);
  if (criterion) {
    write.if_none_exist = std::move(*criterion);
    return {};
  }
  criteria = query_of(criteria);
  if (criteria.empty()) {
    return unprocessable(
        fmt::format("{}: names no criteria; write identifier=system|value", element),
        std::string(element));
  }
  write.criteria = criteria;
  return {};
}

events::Status check_resource(const Write& write) {
  if (write.verb == Verb::remove) return {};
  const std::string place =
      write.path.starts_with("Bundle") ? write.path + ".resource" : write.path;
  if (!write.resource.is_object()) {
    return unprocessable(fmt::format("{} is missing; {} needs a resource", place,
                                     write.verb == Verb::create ? "POST" : "PUT"),
                         place);
  }
  const std::string_view type = write.resource["resourceType"].string();
  if (type != events::type_name(write.type)) {
    return unprocessable(fmt::format("{}.resourceType: {} differs from the type {} in the URL",
                                     place, in_quotes(type), events::type_name(write.type)),
                         place + ".resourceType");
  }
  const json::Value id = write.resource["id"];
  if (id && !events::is_fhir_id(id.string())) {
    return unprocessable(
        fmt::format("{}.id: {} is not an id; write 1 to 64 letters, digits, - and .", place,
                    in_quotes(id.token())),
        place + ".id");
  }
  // A conditional update may leave the id to the server (R4, http.html#cond-update).
  if (write.verb == Verb::create || write.id.text().empty()) return {};
  if (!id) {
    return invalid(fmt::format("{}.id is missing; it must be {}, as in the URL", place,
                               in_quotes(write.id.text())),
                   place + ".id");
  }
  if (id.string() != write.id.text()) {
    return invalid(fmt::format("{}.id: {} differs from {} in the URL", place,
                               in_quotes(id.string()), in_quotes(write.id.text())),
                   place + ".id");
  }
  return {};
}

}  // namespace ingest::fhir
