// SPDX-License-Identifier: GPL-2.0-or-later
// Catch2 under whichever name this system has it: version 3 or version 2.
#pragma once

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>
#endif
