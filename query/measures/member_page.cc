#include "query/measures/member_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "ops/auth/access.h"
#include "query/fhir/cursor.h"
#include "query/measures/answer_frame.h"
#include "query/measures/board_asked.h"
#include "query/patient_answer.h"

namespace query::measures {
namespace {

using events::Result;
using events::Status;
using ops::http::Request;
using ops::http::Response;

class MemberPage {
 public:
  MemberPage(const Reading& reading, const Request& request)
      : reading_(reading), request_(request) {}

  Result<Response> answer() {
    if (auto may = permit_patients(request_.principal); !may) return may.error();
    auto board = board_asked(reading_, request_);
    if (!board) return board.error();
    if (auto read = read_cell(**board); !read) return read.error();
    const auto count = count_parameter(request_, "_count", members_default, members_max);
    if (!count) return count.error();
    if (auto read = read_cursor(); !read) return read.error();
    const auto figures = reading_.of(*board);
    if (!figures) return figures.error();
    const auto list = (*figures)->members(cell_, after_, *count);
    if (!list) return list.error();
    auto json = begun(reading_);
    if (auto written = write_asked(reading_, **board, json); !written) return written.error();
    write(*list, json);
    return ended(reading_, std::move(json));
  }

 private:
  Status read_cell(const kept::Board& board) {
    const auto* population = request_.parameter("population");
    if (population == nullptr)
      return events::invalid(
          "parameter population: is missing; write population=numerator, or another code of the "
          "measure's, `patients` or `failed`",
          "population");
    const auto group = group_parameter(request_, board);
    if (!group) return group.error();
    if (auto known = check_population(*population, board.package->groups[*group]); !known)
      return known;
    auto stratum = stratum_parameters(request_);
    if (!stratum) return stratum.error();
    cell_ = {board.number, *group, std::move(*stratum), *population};
    return {};
  }
  static Status check_population(const std::string& population, const kept::GroupText& group) {
    std::vector<std::string> known = group.populations;
    known.insert(known.end(), {"patients", "failed"});
    if (std::find(known.begin(), known.end(), population) != known.end()) return {};
    return events::invalid(fmt::format("parameter population: \"{}\" is none of {}",
                                       population.substr(0, 60), fmt::join(known, ", ")),
                           "population");
  }
  // Bound to what was asked, so that another cell's cursor is refused.
  std::uint64_t fingerprint() const {
    return fhir::fingerprint(kept::cell_prefix(kept::RowKind::member, cell_));
  }
  Status read_cursor() {
    const auto* cursor = request_.parameter("_cursor");
    if (cursor == nullptr) return {};
    const auto key = fhir::decode_cursor(fingerprint(), *cursor);
    if (!key) return key.error();
    after_ = events::StreamKey::from_bytes(*key);
    if (!after_) return events::invalid("parameter _cursor: not one of a page's `next`", "_cursor");
    return {};
  }
  void write(const kept::MemberList& list, JsonWriter& json) const {
    json.member("population", cell_.population).key("patients").begin_array();
    for (const auto& member : list.found) {
      ops::auth::note_patient(member.patient);
      json.begin_object().member("patient", member.patient).member("count", member.count);
      json.end_object();
    }
    json.end_array();
    if (list.after) json.member("next", fhir::encode_cursor(fingerprint(), list.after->bytes()));
  }

  const Reading& reading_;
  const Request& request_;
  kept::CellKey cell_;
  std::optional<events::StreamKey> after_;
};

}  // namespace

Result<Response> member_page(const Reading& reading, const Request& request) {
  return MemberPage(reading, request).answer();
}

}  // namespace query::measures
