// What a patient's observations mean for an antigen: which series are for this patient
// (logic specification 5.1), immunity (7.2) and contraindications (7.3).
#pragma once

#include "projections/prevention/immunization/history.h"

namespace projections::immunization {

struct Relevance {
  bool relevant = false;
  std::vector<std::size_t> observations;  // in Patient::observations: the indications
  std::vector<std::string> guidance;
};
Relevance relevance_of(const Series& series, const Patient& patient, Day birth,
                       const History& history, const Moment& moment);

struct Immunity {
  bool immune = false;
  std::vector<std::size_t> observations;
  std::string missing;  // a fact that is not recorded and could make the patient immune
};
Immunity immunity_of(const Antigen& antigen, const Patient& patient, Day birth,
                     const History& history);

struct Contraindications {
  bool whole_antigen = false;
  std::vector<Cvx> vaccines;  // not to be given, sorted
  std::vector<std::size_t> observations;
  std::vector<std::string> texts;
  std::vector<std::string> guidance;

  bool against(Cvx vaccine) const;
};
Contraindications contraindications_of(const Antigen& antigen, Day birth, const History& history,
                                       const Moment& moment);

}  // namespace projections::immunization
