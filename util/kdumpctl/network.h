// SPDX-License-Identifier: GPL-2.0-or-later
// How the running system reaches another machine, for a capture kernel that is to go the same way.
#pragma once

#include "util/kdumpctl/world.h"

namespace kexec::kdumpctl {

// ip= and what belongs to it, as dracut.cmdline(7) has them, for the interface that leads to the host: its
// static address, or that it asks for one. Empty where there is no way now, or ip(8) is not installed. An
// interface that programs put together (a bond, a bridge, a VLAN) is told of, and gives nothing.
std::string network_words(const World &world, const std::string &host);

// The host in "USER@HOST", "HOST:/PATH", "[ADDRESS]:/PATH" or "//HOST/SHARE".
std::string host_in(std::string_view target);

} // namespace kexec::kdumpctl
