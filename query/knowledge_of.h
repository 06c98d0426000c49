// By which drug knowledge a patient's record is read: that of the patient's shard.
#pragma once

#include <functional>
#include <memory>

#include "projections/knowledge/knowledge.h"
#include "query/read_context.h"

namespace query {

// Asked once an answer, from any thread.
using KnowledgeOf =
    std::function<std::shared_ptr<const projections::knowledge::Knowledge>(const PatientRead&)>;

}  // namespace query
