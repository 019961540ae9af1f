// SPDX-License-Identifier: GPL-2.0-or-later
// Everything that the command does to the machine, and the little it asks of it besides files. Tests stand a
// fake kernel behind this interface.
#pragma once

#include "base/file.h"
#include "kexec/kernel_log.h"
#include "plan/request.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kexec {

// struct kexec_segment of include/uapi/linux/kexec.h, as kexec_load(2) takes it.
struct KexecSegment {
    const void *bytes;
    std::size_t size;        // of bytes; zeros follow up to memory_size
    std::uintptr_t memory;   // physical
    std::size_t memory_size; // whole pages
};
static_assert(sizeof(KexecSegment) == 4 * sizeof(void *));

struct Link {
    std::string name;
    bool is_up;
    bool is_loopback;
};

// Functions that return int return an errno, 0 for success.
class SystemCalls {
public:
    SystemCalls() = default;
    SystemCalls(const SystemCalls &) = delete;
    SystemCalls &operator=(const SystemCalls &) = delete;
    virtual ~SystemCalls() = default;

    // Without segments: unloads.
    virtual int load(std::uint64_t entry, std::span<const KexecSegment> segments, std::uint32_t flags) = 0;
    // Descriptors may be -1. No command line at all is not the same as an empty one.
    virtual int file_load(int kernel, int initrd, std::optional<std::string_view> command_line,
                          std::uint32_t flags) = 0;
    // Starts the loaded kernel. Returns only where that failed.
    virtual int reboot() = 0;

    virtual void synchronise() = 0;
    virtual Result<std::vector<Link>> links() = 0;
    virtual int set_link(const std::string &name, bool up) = 0;
    // Becomes another program. Returns only where that failed.
    virtual int execute(const std::string &path, const std::vector<std::string> &arguments) = 0;

    // Remembers where the kernel's log ends, and gives the messages that came after that (none where no end
    // is remembered or the log may not be read).
    virtual void mark_log() = 0;
    virtual std::vector<std::string> messages_since_mark() = 0;

    virtual bool may_reboot() = 0; // has the capability CAP_SYS_BOOT
    virtual Entropy draw_entropy() = 0;
    virtual void wait(std::chrono::milliseconds time) = 0;
    virtual std::uint64_t now() = 0; // seconds since 1970, UTC
};

// The running kernel's.
class RealSystemCalls final : public SystemCalls {
public:
    int load(std::uint64_t entry, std::span<const KexecSegment> segments, std::uint32_t flags) override;
    int file_load(int kernel, int initrd, std::optional<std::string_view> command_line,
                  std::uint32_t flags) override;
    int reboot() override;
    void synchronise() override;
    Result<std::vector<Link>> links() override;
    int set_link(const std::string &name, bool up) override;
    int execute(const std::string &path, const std::vector<std::string> &arguments) override;
    void mark_log() override;
    std::vector<std::string> messages_since_mark() override;
    bool may_reboot() override;
    Entropy draw_entropy() override;
    void wait(std::chrono::milliseconds time) override;
    std::uint64_t now() override;

private:
    KernelLog log_;
    Descriptor
        interfaces_; // a socket to ask and change them by; once one is down there must be no need for another
};

} // namespace kexec
