#include "projections/coded.h"

#include "projections/facts_text.h"
#include "projections/fold.h"

namespace projections {
namespace {

const events::schema::Coding* chosen(const events::schema::Concept& codes,
                                     std::string_view preferred) {
  const events::schema::Coding* first = nullptr;
  if (codes.codings() == nullptr) return nullptr;
  for (const auto* coding : *codes.codings()) {
    if (text_of(coding->code()).empty()) continue;
    if (text_of(coding->system()) == preferred) return coding;
    if (first == nullptr) first = coding;
  }
  return first;
}

}  // namespace

Coded coded(const events::schema::Concept* codes, std::string_view preferred) {
  const auto found = coded_text(codes, preferred);
  return {std::string(found.system), std::string(found.code), std::string(found.display)};
}

CodedText coded_text(const events::schema::Concept* codes, std::string_view preferred) {
  CodedText found;
  if (codes == nullptr) return found;
  if (const auto* coding = chosen(*codes, preferred)) {
    found.system = text_of(coding->system());
    found.code = text_of(coding->code());
    found.display = text_of(coding->display());
  }
  if (found.display.empty()) found.display = text_of(codes->text());
  return found;
}

std::string identity_of(const Coded& coded) {
  return coded.code.empty() ? fold(coded.display) : coded.system + "|" + coded.code;
}

std::string joined(const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>* texts) {
  std::string all;
  if (texts == nullptr) return all;
  for (const auto* text : *texts) {
    if (!all.empty()) all.push_back(' ');
    all += text_of(text);
  }
  return all;
}

}  // namespace projections
