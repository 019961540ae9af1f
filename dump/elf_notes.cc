// SPDX-License-Identifier: GPL-2.0-or-later
// Notes, by the gABI, note section: name size, description size, type; name and description padded to 4 bytes
// in cores of either class. The kernel writes VMCOREINFO with type 0 (kernel/vmcore_info.c).
#include "dump/elf_notes.h"

#include <algorithm>

namespace kexec {

namespace {

constexpr std::string_view name{"VMCOREINFO\0", 11};
constexpr std::uint64_t header_size = 12;
// The kernel has 4 KiB for it (VMCOREINFO_BYTES), and may take more one day.
constexpr std::uint64_t longest_text = 1 << 20;

struct Note {
    std::uint64_t name_size, text_size, type;
    std::uint64_t padded_name() const { return (name_size + 3) / 4 * 4; }
    std::uint64_t size() const { return header_size + padded_name() + (text_size + 3) / 4 * 4; }
};

std::optional<Note> note_at(DumpSource &source, std::uint64_t offset, const Foreign &foreign) {
    Buffer bytes(header_size);
    if (!read_all(source, offset, bytes, "a note"))
        return std::nullopt;
    return Note{foreign.number(bytes, 0, 4), foreign.number(bytes, 4, 4), foreign.number(bytes, 8, 4)};
}

// Nothing where the note has another name, or says that its text is longer than any can be. A text that the
// file cuts short is taken as far as it goes.
std::optional<std::string> text_of(DumpSource &source, std::uint64_t offset, const Note &note) {
    if (note.name_size != name.size() || note.type != 0 || note.text_size > longest_text)
        return std::nullopt;
    Buffer found(name.size());
    if (!read_all(source, offset + header_size, found, "a note's name") || as_text(found) != name)
        return std::nullopt;
    Buffer text(note.text_size);
    auto got = source.read(offset + header_size + note.padded_name(), text);
    if (!got || *got == 0)
        return std::nullopt;
    return std::string(as_text(text).substr(0, *got));
}

} // namespace

std::optional<std::string> vmcoreinfo_in_notes(DumpSource &source, DumpExtent segment,
                                               const Foreign &foreign) {
    std::uint64_t offset = segment.offset, rest = segment.size;
    while (rest >= header_size) {
        auto note = note_at(source, offset, foreign);
        if (!note)
            return std::nullopt;
        if (auto text = text_of(source, offset, *note))
            return text;
        if (note->size() > rest)
            return std::nullopt;
        offset += note->size();
        rest -= note->size();
    }
    return std::nullopt;
}

std::optional<std::string> vmcoreinfo_near(DumpSource &source, std::uint64_t offset, const Foreign &foreign) {
    constexpr std::uint64_t searched = 8 << 20, step = 4096; // a hundred thousand headers may stand before it
    Buffer bytes(step + name.size());
    for (std::uint64_t done = 0; done < searched; done += step) {
        auto got = source.read(offset + done, bytes);
        if (!got || *got < name.size())
            return std::nullopt;
        Bytes part = Bytes(bytes).first(*got);
        for (std::size_t at = find(part, as_bytes(name)); at != npos;) {
            std::uint64_t place = offset + done + at;
            auto note = place < header_size ? std::nullopt : note_at(source, place - header_size, foreign);
            if (auto text = note ? text_of(source, place - header_size, *note) : std::nullopt)
                return text;
            std::size_t next = find(part.subspan(at + 1), as_bytes(name));
            at = next == npos ? npos : at + 1 + next;
        }
    }
    return std::nullopt;
}

} // namespace kexec
