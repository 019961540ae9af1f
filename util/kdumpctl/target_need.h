// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of what a capture kernel needs that follow from the configuration: its CPUs, and what its target
// takes besides the modules.
#pragma once

#include "machine/capture_need.h"
#include "util/kdumpctl/service.h"

namespace kexec::kdumpctl {

std::vector<NeedPart> parts_of_configuration(const World &world, const Service &service);

// The memory that the key slots of a LUKS2 device take while one of them is opened, in bytes: the largest.
// 0 for one whose keys need none, and where the bytes are no header of LUKS2.
std::uint64_t key_slot_memory(Bytes start_of_device);

} // namespace kexec::kdumpctl
