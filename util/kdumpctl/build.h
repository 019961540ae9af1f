// SPDX-License-Identifier: GPL-2.0-or-later
// The capture initramfs: which tool makes it, whether it has to be made, and the steps to it.
#pragma once

#include "util/kdumpctl/service.h"

namespace kexec::kdumpctl {

// What its capture initramfs is made of. Cause::missing_file where there is no capture program.
Result<capture::Wish> capture_wish(const World &world, const Service &service);

struct Built {
    Steps steps;                                 // none where the initramfs is what it is to be
    std::function<Result<std::uint64_t>()> size; // bytes of the file, once the steps are done
};

// By the capture program alone where that does, else by dracut. Cause::unsupported says why neither can.
Result<Built> build_initramfs(const World &world, const Service &service, Rebuild rebuild);

} // namespace kexec::kdumpctl
