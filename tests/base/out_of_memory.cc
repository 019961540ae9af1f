// SPDX-License-Identifier: GPL-2.0-or-later
// How a program ends that gets no memory.
#include "base/out_of_memory.h"

#include "tests/catch.h"

using namespace kexec;

namespace {

int complain() { return 14; }

} // namespace

TEST_CASE("where memory ends, what stands half done is taken back, and the complaint tells the status") {
    bool is_taken_back = false;
    struct HalfDone {
        bool &is_taken_back;
        ~HalfDone() { is_taken_back = true; }
    };
    auto run = [&]() -> int {
        HalfDone file{is_taken_back};
        // As operator new ends; valgrind's and AddressSanitizer's end the program. Of whole programs it is
        // shown by inspect_test.py.
        throw std::bad_alloc();
    };
    CHECK(run_within_memory(run, complain) == 14);
    CHECK(is_taken_back);
    CHECK(run_within_memory([] { return 3; }, complain) == 3);
}
