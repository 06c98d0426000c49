#include "query/web/served_file.h"

#include <array>

#include "events/hmac.h"
#include "events/ids.h"
#include "query/web/embedded_files.h"

namespace query::web {
namespace {

using ops::http::Request;
using ops::http::Response;

constexpr std::size_t digest_digits = 12;

struct Media {
  std::string_view ending;
  std::string_view type;
};
constexpr std::array media_types{Media{".js", "text/javascript; charset=utf-8"},
                                 Media{".css", "text/css; charset=utf-8"},
                                 Media{".html", "text/html; charset=utf-8"}};

std::string_view media_of(std::string_view name) {
  for (const auto& one : media_types) {
    if (name.ends_with(one.ending)) return one.type;
  }
  return "application/octet-stream";
}

std::string_view bytes_of(std::string_view name) {
  for (const auto& file : embedded_files()) {
    if (file.name == name) return file.bytes;
  }
  return {};
}

ServedFile served(const EmbeddedFile& file) {
  const auto whole = events::sha256(file.bytes);
  const auto digest = events::to_hex(events::bytes_of(whole)).substr(0, digest_digits);
  ServedFile served{std::string(file.name), media_of(file.name), file.bytes, {}, {}, false};
  served.gzip = bytes_of(served.name + ".gz");
  served.etag = '"' + digest + '"';
  // What has a compressed form is large, and named by what it holds.
  served.is_named_by_digest = !served.gzip.empty();
  if (served.is_named_by_digest) served.name.insert(served.name.rfind('.'), "." + digest);
  return served;
}

// Quality values of zero are the only way to say no.
bool takes_gzip(const Request& request) {
  const auto* accepted = request.header("accept-encoding");
  if (accepted == nullptr) return false;
  const auto at = accepted->find("gzip");
  if (at == std::string::npos) return false;
  const auto rest = std::string_view(*accepted).substr(at + 4);
  return !rest.starts_with(";q=0") || rest.starts_with(";q=0.");
}

}  // namespace

std::vector<ServedFile> served_files() {
  std::vector<ServedFile> all;
  for (const auto& file : embedded_files()) {
    if (!file.name.ends_with(".gz")) all.push_back(served(file));
  }
  return all;
}

Response serve(const ServedFile& file, const Request& request) {
  Response response;
  response.with("ETag", file.etag).with("Vary", "Accept-Encoding");
  response.with("Cache-Control",
                file.is_named_by_digest ? "public, max-age=31536000, immutable" : "no-cache");
  response.with("X-Content-Type-Options", "nosniff");
  const auto* known = request.header("if-none-match");
  if (known != nullptr && known->find(file.etag) != std::string::npos) {
    response.status = 304;
    return response;
  }
  response.with("Content-Type", std::string(file.media));
  if (!file.gzip.empty() && takes_gzip(request)) {
    response.body = file.gzip;
    return std::move(response).with("Content-Encoding", "gzip");
  }
  response.body = file.plain;
  return response;
}

}  // namespace query::web
