// SPDX-License-Identifier: GPL-2.0-or-later
// Where the end begins, in logs as kernels of several machines leave them.
#include "util/vmcore-dmesg/panic.h"

#include "tests/catch.h"

#include <utility>
#include <vector>

using namespace kexec;
using namespace kexec::dmesg;

namespace {

using Lines = std::vector<std::pair<double, std::string_view>>; // seconds, text

std::optional<std::uint64_t> start_in(const Lines &lines, bool has_times = true) {
    PanicFinder finder;
    for (const auto &[seconds, text] : lines) {
        Record record;
        if (has_times)
            record.nanoseconds = static_cast<std::uint64_t>(seconds * 1e9);
        record.text = as_bytes(text);
        finder.take(record);
    }
    return finder.start();
}

} // namespace

TEST_CASE("a bare panic is where it starts", "[panic]") {
    CHECK(start_in({{1, "fine"}, {2, "Kernel panic - not syncing: VFS"}, {2, "trace"}}) == 1U);
}

TEST_CASE("the oops in front of a panic belongs to it, an old warning does not", "[panic]") {
    CHECK(start_in({{1, "------------[ cut here ]------------"},
                    {50, "BUG: kernel NULL pointer dereference, address: 0"},
                    {50, "Oops: 0002 [#1] PREEMPT SMP"},
                    {50.1, "RIP: 0010:f"},
                    {51, "Kernel panic - not syncing: Fatal exception"},
                    {52, "Oops: after"}}) == 1U);
}

TEST_CASE("an oops that starts the crash kernel itself leaves no panic", "[panic]") {
    CHECK(start_in({{1, "WARNING"},
                    {2, "x"},
                    {90, "Unable to handle kernel paging request"},
                    {90, "Internal error: Oops: 96000044 [#1] SMP"},
                    {90, "pc : f"}}) == 2U);
}

TEST_CASE("the first panic counts", "[panic]") {
    CHECK(start_in({{1, "Kernel panic - not syncing: a"}, {30, "Kernel panic - not syncing: b"}}) == 0U);
}

TEST_CASE("without times a hundred records are as ten seconds", "[panic]") {
    Lines lines{{0, "Oops: old"}};
    lines.insert(lines.end(), 200, {0, "fine"});
    lines.insert(lines.end(), {{0, "BUG: new"}, {0, "fine"}, {0, "Kernel panic - not syncing: a"}});
    CHECK(start_in(lines, false) == 201U);
}

TEST_CASE("a log of a machine that was well has no such place", "[panic]") {
    CHECK_FALSE(start_in({{1, "fine"}, {2, "Debug: BUGS are none"}}));
}
