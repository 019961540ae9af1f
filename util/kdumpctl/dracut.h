// SPDX-License-Identifier: GPL-2.0-or-later
// The capture initramfs by dracut(8), for what needs more programs than the capture program: the network,
// encrypted disks, scripts.
#pragma once

#include "util/kdumpctl/service.h"

namespace kexec::kdumpctl {

// None where it would be told what it was told for the initramfs that is there. Cause::unsupported where
// dracut is not installed.
Result<Steps> steps_of_dracut(const World &world, const Service &service, const capture::Wish &wish,
                              Rebuild rebuild);

// What the capture kernel's command line needs for that.
std::string dracut_words(const CapturePlan &plan);

} // namespace kexec::kdumpctl
