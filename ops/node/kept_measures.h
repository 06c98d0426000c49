// The measures that a log keeps, as its settings have them, asked and changed over HTTP.
#pragma once

#include <functional>
#include <string>

#include "events/result.h"
#include "ops/http/client.h"
#include "ops/node/measure_settings.h"

namespace ops::node {

class KeptMeasures {
 public:
  // `say` outlives this.
  static events::Result<KeptMeasures> open(const std::string& url, const Say& say);

  // The id of the one that is meant, whether it can be read there or not. `measure`: an id, or a
  // name that has one version.
  events::Result<std::string> id_of(const std::string& measure);

  // What a measure's setting is to be, of what it is; empty: there is none.
  using Change = std::function<events::Result<std::string>(const std::string& there)>;
  // Carried out on what is there when it is carried out: if others were faster it is made anew of
  // what they left.
  events::Status change(const std::string& id, const Change& change);
  // What stands in its way, if anything.
  events::Status check(const std::string& id, const Change& change);

 private:
  struct There {
    std::string payload, tag;  // empty: there is none
  };
  KeptMeasures(http::Url url, const Say& say) : client_(std::move(url)), say_(say) {}
  events::Result<There> read(const std::string& id);
  // False: it is not as it was seen any more.
  events::Result<bool> put(const std::string& id, const std::string& payload, const There& seen);
  events::Result<bool> remove(const std::string& id, const There& seen);

  http::Client client_;
  const Say& say_;
};

}  // namespace ops::node
