// SPDX-License-Identifier: GPL-2.0-or-later
// Writes made-up dumps into a directory, for tests that run whole programs on them: make-dumps DIRECTORY.
#include "tests/dump/build_dump.h"

#include <elf.h>
#include <fstream>

using namespace kexec;
using namespace kexec::testing;

namespace {

void write(const std::string &path, const Buffer &dump) {
    std::ofstream file(path, std::ios::binary);
    std::string_view text = as_text(dump);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
}

std::vector<Line> lines_of_all_kinds() {
    std::vector<Line> lines = some_lines(70);
    lines[60].text = "two\nlines";
    lines[61].text = "escape \x1b[1m, \x7f and \xc3\xa9";
    lines[62].text.clear();
    lines[65] = {"BUG: kernel NULL pointer dereference, address: 0", 100000000000, 1, 77};
    lines[66] = {"Oops: 0002 [#1] SMP", 100000001000, 4, 0x80000002};
    lines[67] = {"Call Trace:", 100000002000, 4, 77};
    lines[68] = {"Kernel panic - not syncing: Fatal exception", 100000003000, 0, 77};
    lines[69] = {"---[ end Kernel panic ]---", 100000004000, 0, 77};
    return lines;
}

// What kexec-tools' vmcore-dmesg can read as well. Its reader knows the new way blocks end at the ring's end
// as little as a desc_ring that is not the first member.
LogShape shape_of(Foreign foreign) {
    return {.foreign = foreign,
            .base = foreign.word == 8 ? 0xffffffff81000000 : 0xc1000000,
            .descriptor_bits = 7,
            .data_bits = 12,
            .fills_end = false,
            .ring_offset = 0};
}

} // namespace

int main(int, char **words) {
    std::string directory = std::string(words[1]) + "/";
    struct Kind {
        std::string name;
        Foreign foreign;
    };
    const Kind kinds[] = {{"le64", {std::endian::little, 8}},
                          {"be64", {std::endian::big, 8}},
                          {"le32", {std::endian::little, 4}},
                          {"be32", {std::endian::big, 4}}};
    for (const Kind &kind : kinds) {
        LogShape shape = shape_of(kind.foreign);
        write(directory + "lockless-" + kind.name,
              elf_dump(build_lockless_log(shape, lines_of_all_kinds()), 0));
        write(directory + "records-" + kind.name, elf_dump(build_record_log(shape, lines_of_all_kinds()), 0));
        write(directory + "bytes-" + kind.name,
              elf_dump(build_byte_log(shape, {"<6>[    1.000002] one\n", "<4>two\x1b\n", "<3>three\n"}), 0));
    }
    BuiltLog log = build_lockless_log(shape_of({}), lines_of_all_kinds());
    const std::string place = "NUMBER(phys_base)=0\n";
    write(directory + "compressed", compressed_dump(log, PageCompression::zstd, "x86_64", place));
    write(directory + "flattened", flattened(elf_dump(log), 5000));
    ElfPlan damaged = elf_plan(log, EM_X86_64);
    damaged.class_byte = 9;
    write(directory + "damaged-class", build_elf(damaged));
    damaged.class_byte.reset();
    damaged.order_byte = 9;
    write(directory + "damaged-order", build_elf(damaged));
    damaged.order_byte.reset();
    damaged.version_byte = 9;
    write(directory + "damaged-version", build_elf(damaged));
    BuiltLog nothing = log;
    nothing.info = "OSRELEASE=6.1\n";
    write(directory + "damaged-info", elf_dump(nothing));
}
