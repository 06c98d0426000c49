#include "query/prevention_due.h"

#include <fmt/format.h>

#include <algorithm>

#include "ops/auth/access.h"
#include "projections/prevention_due.h"
#include "query/as_of_all.h"
#include "query/fhir/cursor.h"
#include "query/patient_answer.h"
#include "query/prevention.h"

namespace query {
namespace {

using events::Result;
using events::Status;
using ops::http::Request;
using ops::http::Response;
using projections::DueItem;
using projections::immunization::Day;
using projections::immunization::to_text;

constexpr std::size_t due_default = 50, due_max = 500;

// One page over all shards, each seen at one moment: `past`'s if there is one.
class DuePages {
 public:
  DuePages(const Sources& sources, const projections::PreventionRules& rules,
           const Request& request, const Past* past)
      : sources_(past == nullptr ? sources : past->sources()),
        rules_(rules),
        request_(request),
        past_(past),
        position_(sources.log_id) {}

  Result<Response> answer() {
    const auto on = read_day();
    if (!on) return on.error();
    const auto count = count_parameter(request_, "_count", due_default, due_max);
    if (!count) return count.error();
    if (auto chosen = read_item(); !chosen) return chosen.error();
    if (auto placed = read_cursor(); !placed) return placed.error();
    for (std::uint32_t shard = 0; shard < sources_.shards.count(); ++shard) {
      if (auto read = read_shard({shard}, *on, *count + 1); !read) return read.error();
    }
    if (past_ != nullptr && !past_->shards().status()) return past_->shards().status().error();
    std::sort(items_.begin(), items_.end(),
              [](const DueItem& a, const DueItem& b) { return a.place < b.place; });
    return write(*on, *count);
  }

 private:
  // `on`; else today, or the last day of what asOf knows.
  Result<Day> read_day() const {
    if (past_ == nullptr || request_.parameter("on") != nullptr) return asked_day(request_);
    return std::chrono::floor<std::chrono::days>(
        std::chrono::sys_time<events::Micros>(past_->known_until()));
  }

  // A place among all rows, whatever the day.
  std::uint64_t fingerprint() const { return fhir::fingerprint("prevention/due" + item_); }

  Status read_item() {
    const auto* item = request_.parameter("item");
    if (item == nullptr) return {};
    item_ = *item;
    const auto all = projections::items_of(rules_);
    if (std::binary_search(all.begin(), all.end(), item_)) return {};
    return events::invalid(
        fmt::format("parameter item: \"{}\" is none; leave it out and read `all_items`",
                    item_.substr(0, 64)),
        "item");
  }

  Status read_cursor() {
    const auto* cursor = request_.parameter("_cursor");
    if (cursor == nullptr) return {};
    auto place = fhir::decode_cursor(fingerprint(), *cursor);
    if (!place) return place.error();
    place_ = std::move(*place);
    return {};
  }

  Status read_shard(events::PartitionId partition, Day on, std::size_t count) {
    const auto view = sources_.shards.shard(partition).view();
    position_.see_next(partition, view->next_offset());
    auto items = projections::due_on(*view, rules_, on, count, place_, item_);
    if (!items) return items.error();
    std::move(items->begin(), items->end(), std::back_inserter(items_));
    const auto parked = view->parked(std::nullopt);
    if (!parked) return parked.error();
    parked_ += static_cast<std::uint64_t>(
        std::count_if(parked->begin(), parked->end(),
                      [](const auto& one) { return one.projection == "prevention_due"; }));
    return {};
  }

  Response write(Day on, std::size_t count) {
    JsonWriter json;
    json.begin_object().member("position", position_.text());
    if (past_ != nullptr) write_past_of_all(*past_, position_, json);
    json.member("notice", "schedules, rules and answers are not clinically reviewed");
    json.member("on", to_text(on)).key("items").begin_array();
    for (std::size_t i = 0; i < std::min(count, items_.size()); ++i) write_item(items_[i], json);
    json.end_array();
    if (item_.empty() && place_.empty()) write_all_items(json);
    if (parked_ > 0) json.member("patients_left_out", parked_);
    if (items_.size() > count) {
      json.member("next", fhir::encode_cursor(fingerprint(), items_[count - 1].place));
    }
    json.end_object();
    return with_position(Response::json(200, std::move(json).take()), position_);
  }

  void write_all_items(JsonWriter& json) const {
    json.key("all_items").begin_array();
    for (const auto& item : projections::items_of(rules_)) json.value(item);
    json.end_array();
  }

  static void write_item(const DueItem& item, JsonWriter& json) {
    const auto slash = item.item.find('/');
    ops::auth::note_patient(item.patient);
    json.begin_object().member("patient", item.patient);
    json.member("kind", item.item.substr(0, slash)).member("item", item.item.substr(slash + 1));
    json.member("state", item.state).member("shown_since", to_text(item.since));
    if (item.changes_on) json.member("changes_on", to_text(*item.changes_on));
    json.end_object();
  }

  const Sources& sources_;
  const projections::PreventionRules& rules_;
  const Request& request_;
  const Past* past_;
  events::PositionToken position_;
  std::string item_;  // as DueItem has it; empty: all
  std::string place_;
  std::vector<DueItem> items_;
  std::uint64_t parked_ = 0;
};

}  // namespace

void add_prevention_due_routes(ops::http::Router& router, const Sources& sources,
                               const projections::PreventionRules& rules) {
  namespace schema = ops::http::schema;
  ops::http::Description description{
      "What is due soon, due or overdue on a day, of all patients, longest first"};
  description.parameters = {day_text(),
                            {"item", "only this one: kind/item, one of `all_items`",
                             schema::one_of(projections::items_of(rules))},
                            count_text("_count", due_default, due_max),
                            {"_cursor", "the value of `next` of the page before"},
                            as_of_text()};
  const auto names = names_of(description.parameters);
  std::vector<std::string> known(names.begin(), names.end());
  description.parameters.push_back(min_position_text());
  description.schema =
      schema::object({{"position", schema::position},
                      {"notice", schema::text},
                      {"on", schema::text},
                      {"items", schema::array(schema::object({{"patient", schema::fhir_id},
                                                              {"kind", schema::text},
                                                              {"item", schema::text},
                                                              {"state", schema::text},
                                                              {"shown_since", schema::text}}))}},
                     {{"next", schema::text},
                      {"as_of", as_of_schema()},
                      {"all_items", schema::array(schema::text)},
                      {"patients_left_out", schema::whole_number(0, 1'000'000'000)}});
  router.add(
      "GET", "/prevention/due",
      [&sources, rules, known = std::move(known)](const Request& request) {
        const ops::auth::Question question{ops::auth::Access::read, "prevention", {}};
        const std::vector<std::string_view> parameters(known.begin(), known.end());
        if (auto begun = begin_read(sources, request, question, parameters); !begun) {
          return ops::http::problem_response(begun.error());
        }
        const auto past = read_past_of_all(sources, request);
        if (!past) return ops::http::problem_response(past.error());
        auto answer = DuePages(sources, rules, request, past->get()).answer();
        if (!answer) return ops::http::problem_response(answer.error());
        return *past ? (*past)->marked(std::move(*answer)) : std::move(*answer);
      },
      std::move(description));
}

}  // namespace query
