// SPDX-License-Identifier: GPL-2.0-or-later
// Initial ramdisks as the kernel takes them, built in memory.
#pragma once

#include "base/bytes.h"

#include <string>
#include <string_view>
#include <vector>

namespace kexec::testing {

struct InitramfsFile {
    std::string name;         // relative
    std::uint64_t zeros = 0;  // bytes that it holds
    std::string content = {}; // before these
};

// One archive in the format newc, with its trailer.
Buffer build_initramfs(const std::vector<InitramfsFile> &files);

// One that has an init and two modules, loop and test_wdt, for kernels of that release.
Buffer usual_initramfs(const std::string &release);

} // namespace kexec::testing
