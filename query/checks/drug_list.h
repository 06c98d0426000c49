// GET /charts/{patient}/medications/drugs?name=: the drugs that the knowledge in force for a
// patient knows by code, for who writes an order; what is not among them can be written as text and
// is then "not checkable".
//
//   {"patient_id","position","knowledge","drugs":[{"drug":{"system","code","display"},
//    "ingredients":[{"code","name"}]}],"more"}
//
// Products whose name has a word that begins with each word asked for, or whose ingredient has; in
// order of names. Then ingredients without strength, for orders that leave the product open.
#pragma once

#include "ops/http/http.h"
#include "query/knowledge_of.h"

namespace query::checks {

// `sources` outlives the router.
void add_drug_list(ops::http::Router& router, const Sources& sources, KnowledgeOf knowledge);

}  // namespace query::checks
