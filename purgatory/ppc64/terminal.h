// SPDX-License-Identifier: GPL-2.0-or-later
// Where messages go on ppc64: the hypervisor's terminal that the parameters name, or nowhere.
#pragma once

#include "purgatory/verify.h"

#pragma GCC visibility push(hidden)

namespace purgatory {

class Terminal {
public:
    explicit Terminal(const OwnParameters &parameters);

    // A newline is written with a carriage return before it.
    void write(char character) const;

private:
    bool is_there;
    uint64_t unit;
};

} // namespace purgatory

#pragma GCC visibility pop
