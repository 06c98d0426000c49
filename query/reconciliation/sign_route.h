// POST /charts/{patient}/reconciliations: what was decided becomes one commit, or nothing.
#pragma once

#include "query/reconciliation/routes.h"

namespace query::reconciliation {

// Answers 201 {"patient_id","position","notice","reconciliation"}; the same again for a repeat
// (Idempotency-Key, else patient, principal and content). 412 names what came since the position
// that the decisions rest on, 422 what has no decision; then nothing was written.
//
// The record that was examined is named to the way in with its number of commits
// (Chartlog-If-Record): the commit is judged only against exactly that, so nothing can come
// between what was looked at and what is signed.
void add_sign_route(ops::http::Router& router, const Sources& sources, KnowledgeOf knowledge,
                    WriteFhir write);

}  // namespace query::reconciliation
