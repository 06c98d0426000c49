#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ops/build/precompiled.h"
