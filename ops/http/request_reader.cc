#include "ops/http/request_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "ops/http/inflate.h"
#include "ops/http/text.h"

namespace ops::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;

}  // namespace

struct RequestReader::Parser {
  beast_http::request_parser<beast_http::buffer_body> http;
};

RequestReader::RequestReader(const ServerOptions& options, ByteBudget& bodies)
    : options_(options), parser_(std::make_unique<Parser>()), share_(bodies) {
  parser_->http.header_limit(static_cast<std::uint32_t>(options.header_bytes_max));
  parser_->http.body_limit(options.body_bytes_max);
}

RequestReader::~RequestReader() = default;

RequestReader::Step RequestReader::refuse(int status, std::string why) {
  status_ = status;
  why_ = std::move(why);
  return Step::refused;
}

namespace {

// What Beast says of wrong bytes, as an answer to who sent them.
std::pair<int, std::string> answer_to(const error_code& code, const ServerOptions& options) {
  if (code == beast_http::error::body_limit) {
    return {413, fmt::format("the body is larger than {} bytes; send it in parts",
                             options.body_bytes_max)};
  }
  if (code == beast_http::error::header_limit || code == beast_http::error::buffer_overflow) {
    return {431,
            fmt::format("the request's head is larger than {} bytes", options.header_bytes_max)};
  }
  if (code == beast_http::error::bad_version)
    return {505, "the server speaks HTTP/1.1 and HTTP/1.0"};
  if (code == beast_http::error::bad_transfer_encoding) {
    return {501, "the transfer coding must be chunked, without Content-Length beside it"};
  }
  return {400, fmt::format("not an HTTP request: {}", code.message())};
}

}  // namespace

RequestReader::Step RequestReader::take(std::string_view bytes, std::size_t& eaten) {
  eaten = 0;
  if (parser_->http.is_header_done()) return take_body_bytes(bytes, eaten);
  if (bytes.empty()) return Step::more;
  started_ = true;
  error_code code;
  eaten = parser_->http.put(boost::asio::buffer(bytes.data(), bytes.size()), code);
  if (code && code != beast_http::error::need_more) {
    const auto [status, why] = answer_to(code, options_);
    return refuse(status, why);
  }
  if (parser_->http.is_header_done()) return finish_head();
  // The parser looks at a head only when all of it is there.
  if (bytes.size() - eaten > options_.header_bytes_max) {
    return refuse(
        431, fmt::format("the request's head is larger than {} bytes", options_.header_bytes_max));
  }
  return Step::more;
}

RequestReader::Step RequestReader::finish_head() {
  const auto& message = parser_->http.get();
  if (http_1_1() && message.count(beast_http::field::host) != 1) {
    return refuse(400, "an HTTP/1.1 request has exactly one Host header");
  }
  const auto expect = message[beast_http::field::expect];
  if (!expect.empty() && !expects_continue())
    return refuse(417, "the only expectation met is 100-continue");
  if (const auto length = parser_->http.content_length()) {
    const auto bytes = static_cast<std::size_t>(*length) + body_padding;
    if (!share_.grow_to(bytes)) {
      return refuse(429, "too many bytes of requests at once; send this one again later");
    }
    body_.reserve(bytes);  // pages are touched only as the bytes come
  }
  parser_->http.eager(true);
  return Step::head;
}

RequestReader::Step RequestReader::take_body_bytes(std::string_view bytes, std::size_t& eaten) {
  if (parser_->http.is_done()) return Step::done;
  if (bytes.empty()) return Step::more;
  const auto before = body_.size();
  if (!share_.grow_to(std::min(before + bytes.size(), options_.body_bytes_max) + body_padding)) {
    return refuse(429, "too many bytes of requests at once; send this one again later");
  }
  body_.resize(before + bytes.size());
  auto& target = parser_->http.get().body();
  target.data = body_.data() + before;
  target.size = bytes.size();
  target.more = true;
  error_code code;
  eaten = parser_->http.put(boost::asio::buffer(bytes.data(), bytes.size()), code);
  body_.resize(body_.size() - target.size);
  if (code && code != beast_http::error::need_more && code != beast_http::error::need_buffer) {
    const auto [status, why] = answer_to(code, options_);
    return refuse(status, why);
  }
  return parser_->http.is_done() ? Step::done : Step::more;
}

void RequestReader::cut_short() {
  refuse(400, parser_->http.is_header_done()
                  ? fmt::format("the body ended after {} bytes, before the length announced",
                                body_.size())
                  : "the request's head ended early");
}

bool RequestReader::started() const { return started_; }

bool RequestReader::expects_continue() const {
  return lower(parser_->http.get()[beast_http::field::expect]) == "100-continue";
}

bool RequestReader::keep_alive() const { return parser_->http.get().keep_alive(); }

bool RequestReader::http_1_1() const { return parser_->http.get().version() == 11; }

std::string_view RequestReader::target() const { return parser_->http.get().target(); }

Head RequestReader::head() const {
  const auto& message = parser_->http.get();
  Head head{std::string(message.method_string()), std::string(message.target()), {}};
  for (const auto& field : message) {
    head.headers.emplace_back(lower(field.name_string()), std::string(field.value()));
  }
  return head;
}

std::string RequestReader::take_body() {
  body_.reserve(body_.size() + body_padding);
  return std::move(body_);
}

ByteShare RequestReader::take_share() { return std::move(share_); }

}  // namespace ops::http
