// SPDX-License-Identifier: GPL-2.0-or-later
// A program that counted_memory.cc is part of counts what it asks for and has not yet given back, so that the
// figure is the same on every host.
#pragma once

#include <cstddef>

namespace kexec::testing {

struct CountedMemory {
    std::size_t now, most; // bytes
    std::size_t largest;   // single piece that was asked for
};
extern CountedMemory counted_memory;

} // namespace kexec::testing
