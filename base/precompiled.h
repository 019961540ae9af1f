// SPDX-License-Identifier: GPL-2.0-or-later
// What nearly every source includes by way of base/, read once for a whole library where -Db_pch=true is
// given: a quarter of the time that a static program takes to build. Nothing includes this file, and no
// source may lean on it: the build that is tested goes without.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <fmt/core.h>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>
