#include "ingest/intake.h"
