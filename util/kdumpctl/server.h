// SPDX-License-Identifier: GPL-2.0-or-later
// The other machine of an ssh or nfs target, or the host of a virtiofs, asked whether it lets us in as a
// capture kernel would ask.
#pragma once

#include "util/kdumpctl/act.h"
#include "util/kdumpctl/configuration.h"

namespace kexec::kdumpctl {

bool is_on_server(const Configuration &configuration);

// For such a target: the step that asks it, again and again for `patience` seconds where it does not answer:
// a network may still be coming up. What it refuses is refused at once.
Result<Step> server_step(const World &world, const Configuration &configuration, std::uint64_t patience);

// What ssh finds host keys and its own settings in, and those of them that the running system has.
std::span<const Source> ssh_sources();
std::vector<std::string> ssh_files(const World &world);

} // namespace kexec::kdumpctl
