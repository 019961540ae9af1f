// SPDX-License-Identifier: GPL-2.0-or-later
// A Request is everything a plan is made from. Planning is a pure function of it: no files are opened, no
// clock is read, and randomness is an input like any other.
#pragma once

#include "image/image.h"
#include "machine/machine.h"
#include "plan/option.h"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace kexec {

enum class Purpose { reboot, crash };
enum class Call { automatic, load, file_load };

// A property of the device tree that the new kernel is given.
struct TreeChange {
    std::string path, property; // the node's path from the root on
    Buffer value;
};

// What was asked on the command line, as far as it concerns planning.
struct Settings {
    Purpose purpose = Purpose::reboot;
    Call call = Call::automatic;
    bool checks = true;                    // verify before entering; -i turns it off
    bool debug = false;                    // -d
    bool hotplug = false;                  // --hotplug
    Range window = Range::everything();    // --mem-min, --mem-max
    std::uint64_t entry = 0;               // --entry; 0: the plan's own
    std::string command_line;              // as the user wants it; planning adds what a crash kernel needs
    std::map<OptionId, std::string> given; // every option given, with its last argument
    std::vector<TreeChange> tree_changes;  // in their order

    bool has(OptionId id) const { return given.contains(id); }
};

// Random bytes, drawn by the caller from getrandom(2); `available` is false when the pool was not ready.
struct Entropy {
    std::array<std::byte, 64> bytes{};
    bool available = false;
};

struct Request {
    Settings settings;
    Machine machine;
    Image image;
    std::shared_ptr<const MappedFile> initrd;        // null: none
    std::shared_ptr<const MappedFile> dtb = nullptr; // to hand over; null: the running kernel's tree
    Entropy entropy;
    std::vector<std::shared_ptr<const MappedFile>> overlays = {}; // for the tree, in their order
    std::vector<std::string> notes = {};                          // which part comes from where, for printing
};

} // namespace kexec
