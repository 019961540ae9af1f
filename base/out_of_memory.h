// SPDX-License-Identifier: GPL-2.0-or-later
// The end of a program that gets no memory.
#pragma once

#include <cstdlib>
#include <new>

namespace kexec {

// What `run` gives; where it gets no memory, what `complain` gives, which may not ask for any. Whatever
// stands half done is taken back on the way. A program that is built without exceptions ends where it is.
template <typename Run> int run_within_memory(const Run &run, int (*complain)()) {
#if __cpp_exceptions
    try {
        return run();
    } catch (const std::bad_alloc &) {
        return complain();
    }
#else
    static int (*last_words)() = complain;
    std::set_new_handler([] { std::exit(last_words()); });
    return run();
#endif
}

} // namespace kexec
