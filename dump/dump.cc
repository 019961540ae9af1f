// SPDX-License-Identifier: GPL-2.0-or-later
// Telling the formats apart. A flattened file holds one of the other two.
#include "dump/dump.h"

#include "dump/compressed.h"
#include "dump/elf_core.h"
#include "dump/fault.h"
#include "dump/flattened.h"

#include <fmt/core.h>

namespace kexec {

namespace {

constexpr std::size_t head_size = 16;

Result<DumpFormat> format_of(DumpSource &source) {
    Buffer head(head_size);
    std::size_t got = TRY(source.read(0, head));
    if (got < head_size)
        return fail_dump(Fault::identification,
                         fmt::format("the file has {} bytes, too few for any crash dump", got),
                         "copy the dump here again, or name another file");
    return recognise_dump(Bytes(head).first(got));
}

Result<std::unique_ptr<Core>> open_core(DumpSource &source, std::vector<std::string> &notes) {
    switch (TRY(format_of(source))) {
    case DumpFormat::elf: return open_elf_core(source, notes);
    case DumpFormat::compressed: return open_compressed_dump(source, notes);
    case DumpFormat::flattened:
    case DumpFormat::unknown: break;
    }
    return fail_dump(Fault::format, "this is no crash dump: neither an ELF core nor one of makedumpfile's",
                     "name another file");
}

} // namespace

DumpFormat recognise_dump(Bytes head) {
    if (is_elf_core(head))
        return DumpFormat::elf;
    if (is_compressed_dump(head))
        return DumpFormat::compressed;
    return is_flattened(head) ? DumpFormat::flattened : DumpFormat::unknown;
}

bool can_stream(DumpFormat format) { return format == DumpFormat::elf || format == DumpFormat::unknown; }

Result<Dump> open_dump(DumpSource &source) {
    Dump dump;
    if (TRY(format_of(source)) != DumpFormat::flattened) {
        dump.core = TRY(open_core(source, dump.notes));
        return dump;
    }
    dump.flattened = std::make_unique<FlattenedSource>(TRY(FlattenedSource::open(source, dump.notes)));
    dump.core = TRY(open_core(*dump.flattened, dump.notes));
    return dump;
}

} // namespace kexec
