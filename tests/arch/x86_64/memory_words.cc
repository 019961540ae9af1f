// SPDX-License-Identifier: GPL-2.0-or-later
// mem= and memmap= as the decompressor takes them.
#include "arch/x86_64/memory_words.h"

#include "tests/catch.h"
#include "tests/plan/requests.h"

using namespace kexec;
using namespace kexec::testing;
using x86_64::memory_words;

namespace {

std::uint64_t end(std::string_view line) { return memory_words(line).value().end; }
Ranges kept_out(std::string_view line) { return memory_words(line).value().kept_out; }

} // namespace

TEST_CASE("a line without such words limits nothing") {
    CHECK(end("quiet root=/dev/vda1 memory=3 crashkernel=256M") == UINT64_MAX);
    CHECK(kept_out("").empty());
}

TEST_CASE("the lowest limit holds") {
    CHECK(end("mem=512M") == 0x20000000);
    CHECK(end("mem=1g quiet") == 0x40000000);
    CHECK(end("mem=0x30000000") == 0x30000000);
    CHECK(end("mem=2G memmap=1G") == 0x40000000);
    CHECK(end("mem=nopentium") == UINT64_MAX);
}

TEST_CASE("holes are kept out, whatever their kind") {
    CHECK(kept_out("memmap=64M$0x18690000") == Ranges{sized(0x18690000, 64 << 20)});
    CHECK(kept_out("memmap=1M#1M,2M!16M") == Ranges{sized(1 << 20, 1 << 20), sized(16 << 20, 2 << 20)});
    CHECK(kept_out("memmap=exactmap memmap=640K@0").empty());
    CHECK(end("memmap=exactmap memmap=640K@0") == UINT64_MAX);
}

TEST_CASE("what is for init says nothing of memory") { CHECK(end("quiet -- mem=512M") == UINT64_MAX); }

TEST_CASE("what cannot be understood is an error") {
    for (std::string_view line :
         {"mem=", "mem=0", "mem=12Q", "mem=99999999999G", "memmap=1M$", "memmap=1M*2M", "memmap=x"})
        CHECK_FALSE(memory_words(line));
}
