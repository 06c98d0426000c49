// The points of intervals: where one starts and ends, what comes before and after a point.
#pragma once

#include "projections/quality/value.h"

namespace projections::quality {

// First and last point. Of a point: itself. Of an open null end: an uncertain point between what
// is known of the interval, or null if nothing is known of its type.
Value start_of(const Value& interval);
Value end_of(const Value& interval);

// Null for null. `overflow`: set where there is none within the type's range.
Value successor(const Value& point, bool& overflow);
Value predecessor(const Value& point, bool& overflow);
// Without complaint at the ends of the range: the point itself.
Value successor(const Value& point);
Value predecessor(const Value& point);

// Null for types without an order.
Value min_value(Value::Kind kind, Moment::Kind moment = Moment::Kind::date_time);
Value max_value(Value::Kind kind, Moment::Kind moment = Moment::Kind::date_time);

}  // namespace projections::quality
