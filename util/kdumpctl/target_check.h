// SPDX-License-Identifier: GPL-2.0-or-later
// What a configuration without mistakes asks for, and this machine does not have.
#pragma once

#include "util/kdumpctl/configuration.h"
#include "util/kdumpctl/world.h"

namespace kexec::kdumpctl {

// Of the names that network interfaces have.
std::span<const Source> target_sources();

// Findings in kdump.conf. Nothing is changed; an ssh target is called.
Findings check_on_machine(const World &world, const Configuration &configuration);

} // namespace kexec::kdumpctl
