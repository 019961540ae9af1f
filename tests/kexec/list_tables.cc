// SPDX-License-Identifier: GPL-2.0-or-later
// Prints the option tables and the files that are looked at, for checks of the texts about them. Fields are
// separated by tabs: "option ARCH NAME LETTER ARGUMENT" and "source ARCH PATH PURPOSE"; "-" stands for an
// empty field, and for the architecture where it does not matter.
#include "arch/arch.h"
#include "kexec/record.h"
#include "machine/boot_entries.h"

#include <fmt/format.h>

using namespace kexec;

namespace {

void print_sources(std::string_view arch, std::span<const Source> sources) {
    for (const Source &source : sources)
        fmt::print("source\t{}\t{}\t{}\n", arch, source.path, source.purpose);
}

void print_options(const Arch &arch) {
    for (const Option &option : arch.options)
        fmt::print("option\t{}\t{}\t{}\t{}\n", arch.name, option.name, option.letter ? option.letter : '-',
                   option.argument.empty() ? "-" : option.argument);
}

} // namespace

int main() {
    print_sources("-", common_sources());
    print_sources("-", record_sources());
    print_sources("-", boot_entry_sources());
    for (const Arch *arch : all_archs()) {
        print_options(*arch);
        print_sources(arch->name, arch->sources);
    }
}
