// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers for tests that try many cases: the same for the same seed, on every machine.
#pragma once

#include <cstdint>
#include <random>

namespace kexec::testing {

class Dice {
public:
    explicit Dice(std::uint32_t seed) : engine_(seed) {}
    // 0 to below `count`; not a distribution of the library, whose numbers differ from one to the other.
    std::uint64_t below(std::uint64_t count) {
        return ((std::uint64_t{engine_()} << 32) | engine_()) % count;
    }
    bool chance(std::uint64_t in) { return below(in) == 0; }
    // A size around `typical`, from a hundredth to three times as much.
    std::uint64_t around(std::uint64_t typical) {
        return typical / 100 + below(typical * (chance(4) ? 3 : 1));
    }

private:
    std::mt19937 engine_;
};

} // namespace kexec::testing
