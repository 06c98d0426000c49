#include "query/measures/answer_frame.h"

#include "query/patient_answer.h"

namespace query::measures {

JsonWriter begun(const Reading& reading) {
  JsonWriter json;
  json.begin_object().member("position", reading.position().text()).member("notice", notice);
  return json;
}
ops::http::Response ended(const Reading& reading, JsonWriter json) {
  json.end_object();
  return reading.marked(
      with_position(ops::http::Response::json(200, std::move(json).take()), reading.position()));
}
events::Status write_asked(const Reading& reading, const kept::Board& board, JsonWriter& json) {
  write_board(board, json);
  return reading.write(&board, json);
}

}  // namespace query::measures
