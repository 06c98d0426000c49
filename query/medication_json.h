// Lines of the medication list as JSON, and GET /charts/{patient}/medications and …/taking.
#pragma once

#include <memory>

#include "projections/medications.h"
#include "query/json_writer.h"
#include "query/knowledge_of.h"
#include "query/names.h"

namespace query {

namespace reconciliation {
class Reconciled;
}

enum class LineDetail { summary, full };  // full: with all resources the line rests on
// `reconciled`: says what was decided about the line; null: never reconciled, or not asked.
void write_line(const projections::MedicationLine& line, LineDetail detail, Names& names,
                JsonWriter& json, const reconciliation::Reconciled* reconciled = nullptr);

// A resource that something rests on, with the links to its bytes.
void write_claim(const projections::MedicationClaim& claim, Names& names, JsonWriter& json);

// How a drug was understood: {"ingredients":[{"code","name"}],"release"?,"route"?} or
// {"not_checkable": why}.
void write_identity(const projections::DrugIdentity& identity, JsonWriter& json);

// Which knowledge an answer was concluded by: {"version","digest"}.
void write_knowledge(const projections::knowledge::Knowledge& knowledge, JsonWriter& json);
std::string knowledge_schema();

inline constexpr std::string_view medication_notice =
    "which drugs are one, gaps in supply and the knowledge behind them are not clinically reviewed";

// What ends are judged by until `at=` is built.
events::Micros now();

// `sources` outlives the router.
void add_medication_routes(ops::http::Router& router, const Sources& sources,
                           KnowledgeOf knowledge);

}  // namespace query
