// SPDX-License-Identifier: GPL-2.0-or-later
// The VMCOREINFO note among others, damaged ones among them, and where no header leads to it.
#include "dump/elf_notes.h"

#include "tests/catch.h"
#include "tests/dump/build_dump.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

const Foreign little;

Buffer notes() {
    Buffer bytes;
    for (int cpu = 0; cpu < 3; cpu++)
        append(bytes, build_note("CORE", 1, Buffer(336), little.order));
    append(bytes, build_note("VMCOREINFO_XEN", 0, as_bytes("SYMBOL(prb)=1\n"), little.order));
    append(bytes, build_note("VMCOREINFO", 0, as_bytes("SYMBOL(prb)=2\n"), little.order));
    return bytes;
}

} // namespace

TEST_CASE("the note is found behind those of CPUs and of Xen", "[elf_notes]") {
    Buffer bytes = notes();
    MemorySource source(bytes);
    CHECK(vmcoreinfo_in_notes(source, {0, bytes.size()}, little) == "SYMBOL(prb)=2\n");
    CHECK_FALSE(vmcoreinfo_in_notes(source, {0, 700}, little));
    CHECK_FALSE(vmcoreinfo_in_notes(source, {bytes.size(), 4096}, little));
}

TEST_CASE("a note that says that it is endless ends the search", "[elf_notes]") {
    Buffer bytes = notes();
    for (std::size_t i = 0; i < 4; i++)
        bytes[4 + i] = std::byte{0xff};
    MemorySource source(bytes);
    CHECK_FALSE(vmcoreinfo_in_notes(source, {0, bytes.size()}, little));
    CHECK(vmcoreinfo_near(source, 0, little) == "SYMBOL(prb)=2\n");
}

TEST_CASE("the note is found without headers, across the pieces that are searched", "[elf_notes]") {
    for (std::size_t before : {0U, 100U, 4080U, 4085U, 4096U, 100000U}) {
        Buffer bytes(before);
        append(bytes, notes());
        MemorySource source(bytes);
        CHECK(vmcoreinfo_near(source, 0, little) == "SYMBOL(prb)=2\n");
    }
    MemorySource source(Buffer(100000));
    CHECK_FALSE(vmcoreinfo_near(source, 0, little));
}
