// SPDX-License-Identifier: GPL-2.0-or-later
// The capture initramfs: one program as /init, the modules that its targets need, makedumpfile where it is
// asked for. No shell. The same wish on the same machine gives the same bytes.
#pragma once

#include "base/bytes.h"
#include "capture/settings.h"

namespace kexec::capture {

struct Wish {
    Settings settings;
    std::string release;                    // of the kernel that is to run in it
    std::string program;                    // the path of kdump-capture, a static program
    std::string makedumpfile;               // its path; empty: the initramfs has none
    std::vector<std::string> extra_modules; // one that there is not is a warning
    std::string root;                       // in front of /sys, /dev, /lib/modules; "" on a real machine
};

struct Initramfs {
    Buffer bytes;                      // gzip, or of a fadump one the original and then that
    std::uint64_t unpacked_size = 0;   // bytes in memory, without those of an original
    std::vector<std::string> modules;  // their names, in the order of loading
    std::vector<std::string> warnings; // what was survived, each ending in "going on without"
};

// Cause::unsupported where a target or collector needs a userland (LVM, LUKS, software RAID, ssh, a shell,
// ...): what only an initramfs made by dracut has. Cause::missing_file where the machine has no such device,
// or the kernel no such module.
Result<Initramfs> make_initramfs(const Wish &wish);

// For firmware-assisted dump, where a normal boot has the same initramfs: `original` with the program before
// its /init, which runs untouched unless a dump waits. An `original` that was made here is an error.
Result<Initramfs> make_fadump_initramfs(Bytes original, const Wish &wish);

} // namespace kexec::capture
