// SPDX-License-Identifier: GPL-2.0-or-later
// Command lines as people and scripts write them, played on a recorded machine of each architecture in front
// of the fake kernel; and tables of such lines.
#pragma once

#include "tests/kexec/fake_world.h"

#include <map>
#include <memory>
#include <set>

namespace kexec::test {

// What one line did.
struct Played {
    int status = 0;
    std::string out, err;
    // The calls in a short form, flags without the architecture's bits: "file 0x4, sync", "load 0x1",
    // "file-unload 0x1", "unload 0x0", "down eth0", "reboot", "shutdown"; "-" where there was none.
    std::string calls;
    bool crash_loaded = false;
    // Of the last load, where they were asked for: pieces by name, which are "entry", "command line", and
    // with kexec_load the content of each segment and, as "place of NAME", its address.
    std::map<std::string, std::string> pieces = {};
};

// A recorded machine with files that lines may name: $KERNEL (both calls take it), $VMLINUX (the ELF file of
// a kernel), $RAMDISK (an archive with modules of these kernels; $OLDDISK of others, $CUTDISK damaged,
// $LARGEDISK of 40 MiB unpacked), $PROGRAM and $SMALL_PROGRAM (ELF files of x86_64 and of 32-bit x86 that are
// no Linux kernels), $INITRD, $DTB, $TEXT (no kernel), $MULTIBOOT, $SECOND_MULTIBOOT, $BEOBOOT and $NBI (what
// is not offered), $MISSING.
class Stage {
public:
    explicit Stage(std::string_view arch);

    // `line` as in a shell, with quotes. `given` is what holds before it, words separated by blanks: "-" for
    // nothing, FILE=TEXT for a file below /sys/kernel (kexec_loaded=1), /PATH=TEXT for another ("\n" for a
    // line end), -/PATH for none, file=ERRNO and load=ERRNO for the next answer of a call, log=TEXT for what
    // a refusal leaves in the kernel's log, without-privilege. It holds for this line alone.
    Played play(const std::string &line, const std::string &given = "-");
    Played play_and_keep_pieces(const std::string &line, const std::string &given = "-");

    const Arch &arch() const { return arch_; }

private:
    std::vector<std::string> words_of_line(const std::string &line) const;
    void write_below_root(const std::string &path, std::string_view content);
    void remove_below_root(const std::string &path);
    void make_true(const std::string &given);
    void forget();
    std::map<std::string, std::string> pieces_of(const std::string &line);

    const Arch &arch_;
    Snapshot recorded_;
    FakeWorld world_;
    std::set<std::string> changed_; // paths below the root that a line made different from the recording
    std::map<std::string, std::string> names_; // "$KERNEL" → its path
};

// Whether it said this: parts of stdout and stderr with " ... " between them, "-" for nothing at all, "*" for
// whatever it may be.
bool says(const Played &played, const std::string &said);

// The recorded machine that stands for an architecture; made at the first use.
Stage &stage_of(std::string_view arch);

// The rows of a table in tests/kexec: fields between '|', blanks around them left out; lines that start with
// '#' are comments. A row with another number of fields ends the test.
std::vector<std::vector<std::string>> rows_of(const std::string &file, std::size_t fields);

// The architectures that a field names: one, several separated by blanks, or "all".
std::vector<std::string> archs_of(const std::string &field);

} // namespace kexec::test
