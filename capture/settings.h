// SPDX-License-Identifier: GPL-2.0-or-later
// What the capture program is to do: where a dump goes, who stores it, what follows. In an initramfs these
// are a file of lines, a key, a blank and the value.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace kexec::capture {

struct Target {
    // "raw": a block device without a file system; "directory": mounted already, below `path`; "ssh": another
    // machine; else a type that mount(2) knows ("ext4", "xfs", "btrfs", "virtiofs", ...).
    std::string type = {};
    std::string source = {};  // /dev/NAME, LABEL=..., UUID=...; the tag of a virtiofs; USER@HOST of ssh
    std::string options = {}; // of the mount, as mount(8) takes them; may be empty
    std::string path = {};    // the directory that gets one for each dump, from the file system's root on;
                              // unused for raw
    std::string key = {};     // ssh: the private key's file
    std::uint64_t size = 0;   // raw: bytes of the device, so that no other one is written over; 0: unknown

    bool operator==(const Target &) const = default;
};

enum class Action {
    reboot,
    halt,
    poweroff,
    shell,  // /bin/sh on the console, then the final action; where the initramfs has one
    resume, // firmware-assisted dump: give the memory back and go on booting; without such a dump, reboot
};
std::string_view name_of(Action action);

struct Settings {
    // Tried in their order until one has the dump: failure_action dump_to_rootfs is a second one.
    std::vector<Target> targets;
    // Of the directory for one dump: {address} is 127.0.0.1, or for ssh and a mounted directory this
    // machine's; {host} is `host`; %Y %m %d %H %M %S and %% are of the time of the crash, in UTC.
    std::string directory_name = "{address}-%Y-%m-%d-%H:%M:%S";
    std::string host;      // this machine's name
    std::string address;   // this machine's, where {address} is
    std::string collector; // the words of core_collector; empty or cp, cat: the program stores it by itself
    Action failure_action = Action::reboot;
    Action final_action = Action::reboot;
    std::uint64_t time_limit = 14400; // seconds until a capture that is not done counts as failed; 0: none
    std::uint64_t device_wait = 60;   // seconds that a target's device may take to appear
    std::string pre;                  // run before; another status than 0 leaves out the dump
    std::string post;                 // run behind, with the dump's status
    std::vector<std::string> pre_scripts, post_scripts; // run besides; how they end is only told
    std::string emergency;                              // run where the dump could not be stored
    std::vector<std::string> emergency_scripts;         // the same, before it
    std::string fence; // arguments of fence_kdump_send, which tells a cluster all the while; empty: none

    bool operator==(const Settings &) const = default;
};

// The file. An error where a value has a line break.
Result<std::string> settings_text(const Settings &settings);
// Cause::bad_image names the line that is wrong.
Result<Settings> parse_settings(std::string_view text);

} // namespace kexec::capture
