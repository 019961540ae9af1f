// SPDX-License-Identifier: GPL-2.0-or-later
// QEMU: where it is, how a machine is described to it, and a machine run in it while its console is read.
// Nothing is left behind: what is booted lies in memory, there is no disk and no network.
#pragma once

#include "base/process.h"
#include "emulator/virtual_machine.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kexec {

// The kernel's name of the serial port that the console is, and what makes it speak before its drivers run;
// both as words of a command line. Empty for an architecture that is not known.
struct ConsoleWords {
    std::string_view console, early;
};
ConsoleWords console_words(std::string_view arch);

// An emulator that was found.
struct Emulator {
    std::string program;      // its path
    bool accelerated = false; // by KVM; else it translates, which takes ten times as long and more
    std::string uefi;         // the file of the firmware; empty: none was found
};

// For machines of an architecture: `named`, or what is installed. Cause::missing_file where there is none.
Result<Emulator> find_emulator(std::string_view arch, const std::string &named = {});

// What is booted.
struct Boot {
    Bytes kernel, initrd;
    std::string command_line;
    std::vector<std::string> more_arguments = {}; // of the emulator: devices
};

// The arguments for it; `kernel` and `initrd` are the paths of those.
std::vector<std::string> emulator_arguments(const Emulator &emulator, const VirtualMachine &machine,
                                            const Boot &boot, const std::string &kernel,
                                            const std::string &initrd);

// What is done about a line of the console: how much longer the machine may run from now on. Nothing: as long
// as before; zero: it is stopped.
using Hear = std::function<std::optional<std::chrono::seconds>(std::string_view line)>;

enum class Ending {
    stopped,     // `hear` said so
    by_itself,   // the machine was turned off, or reset, or the emulator gave up
    out_of_time, // it was still running when its time was over
};

// Runs a machine, whose lines go to `hear` without control sequences and line ends.
Result<Ending> run_machine(const Emulator &emulator, const VirtualMachine &machine, const Boot &boot,
                           std::chrono::seconds limit, const Hear &hear);

} // namespace kexec
