// Takes one request off a connection's bytes: its head, then its body, within
// the limits. Boost.Beast's parser, without the network.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ops/http/byte_budget.h"
#include "ops/http/server.h"
#include "ops/http/text.h"

namespace ops::http {

class RequestReader {
 public:
  RequestReader(const ServerOptions& options, ByteBudget& bodies);
  ~RequestReader();

  enum class Step {
    more,     // give it further bytes
    head,     // the head is whole: see head(); take() goes on to the body
    done,     // the request is whole
    refused,  // see status() and why(); nothing after it on this connection can be read
  };
  // Eats what it can from the front of `bytes`, in `eaten`.
  Step take(std::string_view bytes, std::size_t& eaten);
  // The client sends no more: what that makes of a request that is not whole.
  void cut_short();

  bool started() const;  // at least one byte of the request has come
  bool expects_continue() const;
  bool keep_alive() const;
  bool http_1_1() const;
  std::string_view target() const;  // as far as it has come
  Head head() const;
  std::string take_body();  // with body_padding bytes of spare capacity
  ByteShare take_share();   // what the body holds of the budget

  int status() const { return status_; }
  const std::string& why() const { return why_; }

 private:
  struct Parser;
  Step refuse(int status, std::string why);
  Step finish_head();
  Step take_body_bytes(std::string_view bytes, std::size_t& eaten);

  const ServerOptions& options_;
  std::unique_ptr<Parser> parser_;
  std::string body_;
  ByteShare share_;
  bool started_ = false;
  int status_ = 0;
  std::string why_;
};

}  // namespace ops::http
