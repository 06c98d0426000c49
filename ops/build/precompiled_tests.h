// precompiled.h, and what every test includes.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ops/build/precompiled.h"
