#include "ingest/fhir/conditional_writes.h"

#include <fmt/format.h>

#include <map>

#include "ingest/fhir/bundle.h"

namespace ingest::fhir {
namespace {

using events::Error;
using events::ErrorCode;
using events::invalid;
using events::Matched;
using events::Status;

Error failed(const Write& write, std::string_view what) {
  return {ErrorCode::precondition_failed, fmt::format("{}: {}", write.path, what), write.path};
}

std::string name_of(const Write& write) {
  return fmt::format("{}/{}", events::type_name(write.type), write.id.text());
}

class Settling {
 public:
  Settling(const RequestContext& context, std::uint64_t commit_ordinal)
      : context_(context), environment_(context.environment), commit_ordinal_(commit_ordinal) {}

  Status settle(Write& write) {
    if (!write.criteria.empty()) {
      if (auto searched = search(write); !searched) return searched;
    }
    return write.patch && !write.absent ? patch(write) : Status{};
  }

 private:
  Status search(Write& write);
  Status create_by_update(Write& write);
  Status patch(Write& write);
  events::Result<Matched> look_at(const Write& write) const;

  const RequestContext& context_;
  const Environment& environment_;
  const std::uint64_t commit_ordinal_;
};

Status Settling::search(Write& write) {
  auto found = environment_.search(context_.principal, context_.base_url, write.type,
                                   write.criteria, write.path);
  if (!found) return found.error();
  if (found->size() > 1) {
    return failed(write,
                  "several resources meet its criteria; add one that leaves a single "
                  "resource, or name the id");
  }
  const bool none = found->empty();
  if (!none) write.found = found->front();
  if (write.verb == Verb::create) {
    write.matched = !none;
    write.must_stay_absent = none;
    return {};
  }
  if (none && write.if_match != 0)
    return failed(write, "If-Match asks for a version, but no resource meets the criteria");
  if (write.verb == Verb::remove) {
    write.absent = none;
    if (!none) write.id = write.found->known.id;
    return {};
  }
  if (none && write.patch) {
    return Error{
        ErrorCode::not_found,
        fmt::format("{}: no resource meets the criteria; there is nothing to patch", write.path),
        write.path};
  }
  if (none) return create_by_update(write);
  write.id = write.found->known.id;
  if (write.patch) return {};
  const auto id = write.resource["id"];
  if (id && id.string() != write.id.text()) {
    return invalid(fmt::format("{}.id: \"{}\" is not the id of the resource that meets the "
                               "criteria; leave it out, or PUT to the id",
                               write.path, id.string()),
                   write.path + ".id");
  }
  return {};
}

Status Settling::create_by_update(Write& write) {
  write.must_stay_absent = true;
  const auto id = write.resource["id"];
  if (!id) {
    write.verb = Verb::create;
    return {};
  }
  write.id = events::ResourceId(std::string(id.string()));
  auto known = environment_.lookup.find(write.type, write.id);
  if (!known) return known.error();
  if (*known && !(*known)->deleted) {
    return Error{ErrorCode::conflict,
                 fmt::format("{}.id: {} exists and does not meet the criteria; PUT to the id, or "
                             "correct the criteria",
                             write.path, name_of(write)),
                 write.path + ".id"};
  }
  write.if_none_match_any = true;  // what came since is not written over
  return {};
}

// The resource with its stream's version, read in that order's reverse: a version of the stream
// first, so that what comes between makes the write stale.
events::Result<Matched> Settling::look_at(const Write& write) const {
  const events::Lookup& lookup = environment_.lookup;
  auto known = lookup.find(write.type, write.id);
  if (known && !*known) {
    if (auto there = lookup.reach_end(); !there) return there.error();
    known = lookup.find(write.type, write.id);
  }
  if (!known) return known.error();
  if (*known) {
    auto version = lookup.stream_version((*known)->stream);
    if (!version) return version.error();
    auto again = lookup.find(write.type, write.id);
    if (!again) return again.error();
    if (*again && !(*again)->deleted) return Matched{**again, *version};
  }
  if (*known) {
    return Error{ErrorCode::gone,
                 fmt::format("{} was deleted; bring it back with PUT", name_of(write)), write.path};
  }
  return Error{ErrorCode::not_found, fmt::format("{}: there is no such resource", name_of(write)),
               write.path};
}

Status Settling::patch(Write& write) {
  if (!environment_.read_version) {
    return Error{ErrorCode::unsupported, "PATCH: this node does not read resources", {}};
  }
  if (!write.found) {
    auto looked = look_at(write);
    if (!looked) return looked.error();
    write.found = std::move(*looked);
  }
  const events::Known& known = write.found->known;
  if (auto may = may_read_and_update(context_, write.type, known.stream); !may) return may;
  auto text = environment_.read_version(write.type, write.id, known.version);
  if (!text) return text.error();
  auto before = json::Document::parse(*text);
  if (!before) return before.error();

  auto made = std::make_shared<MadeDocument>();
  if (was_accepted(context_, commit_ordinal_, known.stream)) {
    made->text = *text;  // a repeat: what is done is not done again
  } else {
    if (write.if_match != 0 && write.if_match != known.version.value) {
      if (auto there = environment_.lookup.reach_end(); !there) return there.error();
      auto now = environment_.lookup.find(write.type, write.id);
      if (now && *now && (*now)->version.value != write.if_match) {
        return failed(write, fmt::format("If-Match: W/\"{}\" but the resource is at version {}; "
                                         "read it and try again",
                                         write.if_match, (*now)->version.value));
      }
    }
    auto patched = write.patch(before->root());
    if (!patched) return patched.error();
    made->text = std::move(*patched);
  }
  auto after = json::Document::parse(made->text);
  if (!after) return after.error();
  made->document = std::move(*after);
  write.resource = made->document->root();
  for (const char* fixed : {"resourceType", "id"}) {
    if (write.resource[fixed].string() == before->root()[fixed].string()) continue;
    return events::unprocessable(fmt::format("{}.{}: a patch cannot change it", write.path, fixed),
                                 fmt::format("{}.{}", write.path, fixed));
  }
  write.made = std::move(made);
  return {};
}

// R4, transaction rules: the identities that conditions lead to must not overlap either. Those
// that exist are compared when all are placed.
void refuse_equal_updates(const std::vector<Write>& writes, Refusals& refusals) {
  std::map<std::pair<events::ResourceType, std::string>, const Write*> first;
  for (const Write& write : writes) {
    if (!write.must_stay_absent) continue;
    auto [place, fresh] = first.try_emplace({write.type, same_criteria(write.criteria)}, &write);
    if (fresh) continue;
    refusals.push_back(events::unprocessable(
        fmt::format("{} and {} update by the same criteria; a transaction changes each once",
                    place->second->path, write.path),
        write.path));
  }
}

}  // namespace

tl::expected<std::vector<Write>, Refusals> settle_conditions(const RequestContext& context,
                                                             const std::vector<Write>& writes,
                                                             std::uint64_t commit_ordinal) {
  constexpr std::size_t errors_max = 50;
  Settling settling(context, commit_ordinal);
  std::vector<Write> settled = writes;
  std::vector<Write> updates;
  Refusals refusals;
  for (Write& write : settled) {
    if (!write.is_conditional()) continue;
    const bool update = write.verb == Verb::update;
    if (auto done = settling.settle(write); !done && refusals.size() < errors_max)
      refusals.push_back(done.error());
    if (update) updates.push_back(write);
  }
  refuse_equal_updates(updates, refusals);
  if (!refusals.empty()) return tl::unexpected(std::move(refusals));
  return settled;
}

}  // namespace ingest::fhir
