#include "ops/http/page.h"

#include <fmt/format.h>

namespace ops::http {

Response page_response(std::string html) {
  Response response;
  response.body = std::move(html);
  return std::move(response)
      .with("Content-Type", "text/html; charset=utf-8")
      .with("Content-Security-Policy", std::string(page_policy))
      .with("X-Content-Type-Options", "nosniff")
      .with("Referrer-Policy", "no-referrer");
}

std::string page_head(std::string_view title) {
  return fmt::format(
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title>"
      "<meta name=\"viewport\" content=\"width=device-width\">"
      "<link rel=\"stylesheet\" href=\"{}\"></head><body>",
      html_text(title), report_style_path);
}

std::string html_text(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe.push_back(c);
    }
  }
  return safe;
}

}  // namespace ops::http
