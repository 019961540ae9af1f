// SPDX-License-Identifier: GPL-2.0-or-later
// Stands where the kernel's calls are while nothing may be done: each refuses, and there is nothing to see.
#pragma once

#include "kexec/system_calls.h"

#include <cerrno>

namespace kexec {

class NoCalls final : public SystemCalls {
public:
    int load(std::uint64_t, std::span<const KexecSegment>, std::uint32_t) override { return EPERM; }
    int file_load(int, int, std::optional<std::string_view>, std::uint32_t) override { return EPERM; }
    int reboot() override { return EPERM; }
    void synchronise() override {}
    Result<std::vector<Link>> links() override { return {}; }
    int set_link(const std::string &, bool) override { return EPERM; }
    int execute(const std::string &, const std::vector<std::string> &) override { return EPERM; }
    void mark_log() override {}
    std::vector<std::string> messages_since_mark() override { return {}; }
    bool may_reboot() override { return false; }
    Entropy draw_entropy() override { return {}; }
    void wait(std::chrono::milliseconds) override {}
    std::uint64_t now() override { return 0; }
};

} // namespace kexec
