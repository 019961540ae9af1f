// SPDX-License-Identifier: GPL-2.0-or-later
// The whole way from a crash to a dump, tried in an emulated machine with this machine's kernel, capture
// initramfs and configuration; a scratch disk takes the place of the target's. The same with less and less
// memory reserved tells how much is needed.
#pragma once

#include "emulator/rehearsal.h"
#include "util/kdumpctl/service.h"

namespace kexec::kdumpctl {

// An empty disk, a file without a name, which is gone with this.
struct Scratch {
    Descriptor file;
    std::string path; // for other programs
};

// What trials need of the world.
struct Emulation {
    std::function<Result<kexec::Outcome>(const Rehearsal &)> rehearse;
    std::function<Result<std::vector<GuestFile>>(const std::string &path)> files_of_program;
    std::function<Result<Scratch>(std::uint64_t size)> make_scratch;
};

// What all trials have in common. It refers to nothing else.
struct TrialSetup {
    std::string kernel_path;          // of both kernels
    std::string type;                 // of the scratch disk: "raw", or the target's file system
    std::string make_file_system;     // the program that makes it; empty: raw
    Buffer kernel, initramfs;         // with the driver for the scratch disk, and settings that name it
    std::string program;              // kexec
    std::vector<GuestFile> files;     // what that needs
    std::vector<std::string> options; // KEXEC_ARGS
    std::string command_line;
    std::string arch; // as the emulator names it
};
// Cause::unsupported where the target is on no disk of this machine's, or dracut makes the initramfs.
Result<TrialSetup> prepare_trial(const World &world, const Service &service);

struct Trial {
    bool saved = false;
    std::string directory = {}; // of the dump on the scratch disk; empty for raw
    std::string why = {};       // it was not saved
    std::optional<RehearsedMemory> memory = {};
};
// With so many bytes reserved. An error is one of the emulator's or the scratch disk's.
Result<Trial> try_dump(const World &world, const TrialSetup &setup, std::uint64_t reservation);

// By halves, to within 4 MiB: the smallest reservation, in bytes, with which `saves` is true. `high` is the
// first that is tried; nothing where not even that is enough.
Result<std::optional<std::uint64_t>> smallest_reservation(
    std::uint64_t high, const std::function<Result<bool>(std::uint64_t)> &saves);

} // namespace kexec::kdumpctl
