// Checks of drafted orders, as every route and hook answers them. Nothing here is clinically
// reviewed, and each answer says so.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "query/checks/alert_key.h"
#include "query/checks/drafts.h"
#include "query/checks/duplicate_tests.h"
#include "query/knowledge_of.h"

namespace prometheus {
class Registry;
}

namespace query::checks {

inline constexpr std::string_view notice = "drug knowledge and checks are not clinically reviewed";

// What the routes are given; outlives them.
struct Checks {
  // The knowledge in force for a patient, or null if there is none that can be read: then a card
  // says that nothing was checked.
  KnowledgeOf current;
  prometheus::Registry& metrics;
  std::function<events::Micros()> clock;
};

// What a card rests on: a draft by its label, a version of a resource, or a fact that is
// not recorded ("weight").
struct RestsOn {
  enum class What { draft, resource, missing } what = What::draft;
  std::string text;  // label, "Type/id", or the fact's name
  events::Version version;
};

struct CardSource {
  std::string title, issuer, section;
  std::string published;  // empty: undated
  std::string read;       // the day it was compared with the source; empty: it was not
  std::string url;        // empty: not at hand
};

struct Card {
  std::string rule;
  knowledge::Tier tier{};
  std::string
      kind;  // interaction, allergy, duplicate, caution, not_checkable, duplicate_test, avoid
  std::string summary, detail;
  CardSource source;
  std::vector<RestsOn> rests_on;
  std::vector<std::string> also, missing;
  AlertKey about;                               // no text: of nothing that could come again
  std::optional<knowledge::Tier> lowered_from;  // somebody went on against it before
};

struct Answer {
  std::vector<Card> cards;               // stop first; the same for the same rows and drafts
  std::vector<std::string> not_checked;  // sentences, sorted
  std::shared_ptr<const knowledge::Knowledge> by;  // null: there was none
};

// The basket against the chart and against itself; without drafts the list against itself.
// `test_window` stands for the table's windows of duplicate_tests.
events::Result<Answer> check_orders(const Checks& checks, const Sources& sources,
                                    const PatientRead& read, const Basket& basket,
                                    std::optional<std::chrono::days> test_window);

}  // namespace query::checks
