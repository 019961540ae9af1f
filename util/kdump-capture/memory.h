// SPDX-License-Identifier: GPL-2.0-or-later
// Storing the crashed kernel's memory, in a directory or on a device without a file system.
#pragma once

#include "dump/save.h"
#include "util/kdump-capture/collector.h"
#include "util/kdump-capture/remote.h"
#include "util/kdump-capture/world.h"

namespace kexec::capture {

inline constexpr std::string_view vmcore_path = "/proc/vmcore";

class MemoryStore {
public:
    using Warn = std::function<void(std::string sentence)>;
    MemoryStore(const World &world, const Settings &settings, Warn warn)
        : world_(world), settings_(settings), warn_(std::move(warn)) {}

    // As vmcore, and the firmware's own memory as opalcore where there is such.
    Result<void> store_in(const std::string &directory);
    // Flattened, from the device's first byte on.
    Result<void> store_on(const std::string &device);
    // Flattened, as vmcore.flat.
    Result<void> store_at(const Remote &remote, const std::string &directory);

private:
    Result<void> copy(const std::string &path, const std::string &target);
    Result<void> copy_flattened(const Descriptor &output, const std::string &path,
                                std::optional<std::uint64_t> space);
    std::optional<std::uint64_t> size_of_target(const std::string &device) const;
    Result<void> send_flattened(const Remote &remote, const std::string &path, const Collector *program);
    Result<CopyRequest> request_for(const Descriptor &file, const std::string &path,
                                    const std::string &target) const;
    Result<void> collect_on(const Collector &collector, const Descriptor &output) const;
    std::optional<Collector> collector(bool flattened) const;
    TellProgress progress();
    void tell_stored(const StoredMemory &stored, double start);
    void tell_collected(double start) const;

    const World &world_;
    const Settings &settings_;
    Warn warn_;
};

} // namespace kexec::capture
