// SPDX-License-Identifier: GPL-2.0-or-later
// A load tried in an emulated machine, from its first kernel to the second one's user space and beyond:
//
//   first kernel ─► agent: kexec -l|-p … ─► crash, or kexec -e ─► second kernel ─► agent ─► its own /init
//
// The second kernel is given its own initial ramdisk with the agent's in front of it, and "rdinit=" for the
// agent, which becomes the /init that would have been started. What is found out comes from the agent's
// reports and from the kernels' words on the console.
#pragma once

#include "emulator/emulator.h"

#include <optional>
#include <string>
#include <vector>

namespace kexec {

enum class Rehearsed { crash, reboot };

// A file for the first kernel's user space.
struct GuestFile {
    std::string path; // from its root on
    Buffer content;
    unsigned mode = 0644;
};

// A program, its dynamic loader and the libraries that it is linked to, each under the path that it has here.
Result<std::vector<GuestFile>> files_of_program(const std::string &path);

struct Rehearsal {
    Rehearsed kind = Rehearsed::crash;
    VirtualMachine machine;
    std::string emulator = {};             // its path; empty: what is installed
    std::vector<std::string> devices = {}; // more arguments of the emulator

    Bytes first_kernel;
    std::string first_words; // of its command line: crashkernel=

    std::string program; // kexec's path among `files`, which hold what it needs
    std::vector<GuestFile> files;
    std::vector<std::string> options; // for the load, besides -l or -p, command line, initrd and kernel

    Bytes kernel, initrd;
    std::string command_line; // of the second kernel; words of ours are put around it

    std::chrono::seconds limit{600}; // for all of it
    std::chrono::seconds watch{30};  // from the second kernel's /init on
    std::string ending = {};         // a text on the console that ends the watch early; empty: none does
    std::function<void(std::string_view line)> show = {}; // every line of the console; may be null
};

// The second kernel's command line as it is really given.
std::string rehearsed_command_line(const Rehearsal &rehearsal);

// KiB of the second kernel.
struct RehearsedMemory {
    std::uint64_t total = 0; // that it manages: what is missing of its memory is the kernel and its tables
    std::uint64_t first = 0; // available when its /init was started
    std::uint64_t least = 0; // available since then, by twenty looks a second
    std::uint64_t kills = 0; // processes that were killed for want of memory
};

// How far it came, in this order.
enum class Reached {
    nothing,      // the first kernel did not reach user space
    first_kernel, // it did, and the load failed
    loaded,       // the second kernel was loaded, and never reached its user space
    second_init,  // the second kernel started its /init
};

struct Outcome {
    Reached reached = Reached::nothing;
    Ending ending = Ending::stopped;
    bool accelerated = false;
    std::string first_release, second_release; // as uname -r says them
    std::optional<std::uint64_t> load_status;  // exit status of kexec
    std::vector<std::string> load_output;      // what it printed
    bool stayed = false;                       // the first kernel went on where it should have ended
    std::optional<std::uint64_t> without_init; // errno: there was no /init to start
    std::optional<RehearsedMemory> memory;
    std::vector<std::string> panics;  // of the second kernel, in its own words
    std::vector<std::string> kills;   // the same of processes killed for want of memory
    bool saw_ending = false;          // the text that was waited for
    std::vector<std::string> console; // all of it
};

// It reached its user space, and nothing in it died for want of memory or of anything else.
bool is_proven(const Outcome &outcome);

// Cause::missing_file where there is no emulator, Cause::unsupported where it has no such firmware.
Result<Outcome> rehearse(const Rehearsal &rehearsal);

} // namespace kexec
