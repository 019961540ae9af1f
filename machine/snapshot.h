// SPDX-License-Identifier: GPL-2.0-or-later
// A Snapshot is what the machine was seen through: the files of /proc and /sys that matter, each read once.
// Everything that is known of a machine is understood from one, so a recorded machine can be planned for on
// any host.
#pragma once

#include "base/bytes.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kexec {

// How much of a file is looked at.
enum class Extent {
    whole,
    program_headers, // of an ELF file, from its first byte to the end of the table: what follows may be all
                     // of memory
    notes,           // the same, and on to the end of the notes
};

// What a file is looked at for.
enum class Need : unsigned char {
    always,
    crash_kernel, // only for one that starts when the kernel crashes
    fast,         // only to load a kernel unpacked
    choice,       // only to choose between the system calls, or to promise that a signature is verified
};

// A file to look at. The man page's FILES section is checked against these.
struct Source {
    // Absolute; '*' stands for any text inside one component, a last component "**" for every regular file at
    // any depth below, and "%r" for the running kernel's release.
    std::string_view path;
    std::string_view purpose;        // what it is read for, in a few words
    std::uint64_t ceiling = 1 << 20; // a longer file is cut here, and the cut is remembered
    Extent extent = Extent::whole;
    std::string_view instead_of = {}; // looked at only where this other file, named before, could not be read
    Need need = Need::always;
    std::string_view only_with = {}; // looked at only where this other file, named before, is there
};

constexpr Source only_with(std::string_view path, Source source) {
    source.only_with = path;
    return source;
}
constexpr Source only_for(Need need, Source source) {
    source.need = need;
    return source;
}

class Snapshot {
public:
    // What a file held; nothing where it was not there or could not be read.
    std::optional<Bytes> bytes(std::string_view path) const;
    std::optional<std::string_view> text(std::string_view path) const;
    // The text without blanks and line end around it: most files of /sys hold one word.
    std::optional<std::string_view> word(std::string_view path) const;
    // The errno of a file that is there and could not be read; 0 otherwise.
    int error(std::string_view path) const;
    // There, though perhaps not to be read: some files can only be written.
    bool is_there(std::string_view path) const;
    // Whether the file was longer than its source's ceiling.
    bool is_cut(std::string_view path) const;
    // The names directly below a directory that lead to files of the snapshot, sorted ("0", "1", "10", "2").
    std::vector<std::string> names_in(std::string_view directory) const;
    // The numbers N of those names that are `prefix` and N, ascending; a number written with leading zeros is
    // none.
    std::vector<std::uint64_t> numbers_in(std::string_view directory, std::string_view prefix = {}) const;
    // The paths of all files, in order; views of this snapshot.
    std::vector<std::string_view> paths() const;

    // Takes the place of what was there; views of that stay good.
    void put(std::string_view path, Buffer content, bool cut = false);
    void put_error(std::string_view path, int number);

private:
    // Bytes in blocks_. A large machine has some hundred thousand files of a few bytes each, for which two
    // allocations and a node of a map would be most of what they take.
    struct Piece {
        std::uint32_t block = 0, offset = 0, size = 0;
    };
    struct Entry {
        Piece path, content;
        int error = 0;
        bool cut = false;
    };
    struct Place {
        std::size_t run = 0, entry = 0;
    };

    std::string_view path_of(const Entry &entry) const { return as_text(bytes_of(entry.path)); }
    Bytes bytes_of(Piece piece) const {
        return Bytes(blocks_[piece.block]).subspan(piece.offset, piece.size);
    }
    Place first_from(std::string_view path) const; // of the first entry that does not come before the path
    Place behind(Place place) const;
    const Entry *at(Place place) const; // null behind the last
    const Entry *find(std::string_view path) const;
    Piece keep(Bytes bytes);
    Piece keep_whole(Buffer content);
    Entry &entry_for(std::string_view path); // made where there is none
    Place room_at(Place place);              // where one can be put in that comes before the one there

    std::vector<std::vector<Entry>>
        runs_;                   // ascending by path; none is empty, and none too long to insert into
    std::vector<Buffer> blocks_; // what is in one stays where it is
    std::size_t open_block_ = 0; // the one that is being filled
};

// The number that a file consists of, in hexadecimal or decimal; nothing where there is no such file.
// Anything but one number is an error that names the file.
Result<std::optional<std::uint64_t>> hexadecimal_in(const Snapshot &snapshot, std::string_view path);
Result<std::optional<std::uint64_t>> decimal_in(const Snapshot &snapshot, std::string_view path);

// Reads every source below `root` ("" for this machine), one that is named twice once. A file that is not
// there is left out, one that cannot be read leaves its errno; nothing can fail.
Snapshot take_snapshot(std::span<const Source> sources, const std::string &root = {});

// The sources that every architecture has (memory, notes, command line, kexec state).
std::span<const Source> common_sources();
// Of these the kernel's own account of kexec: /sys/kernel/kexec_* and their newer names below
// /sys/kernel/kexec (Linux 6.19), and the sysctls.
std::span<const Source> kexec_state_sources();

} // namespace kexec
