// SPDX-License-Identifier: GPL-2.0-or-later
// What is known, as tables for people and as JSON objects for programs. In an object what is not known is
// null. Every text ends in a line end.
#pragma once

#include "util/fadump/status.h"

namespace kexec::fadump {

std::string status_table(const Facts &facts, const Status &status);
std::string status_json(const Facts &facts, const Status &status);

std::string regions_table(const Regions &regions);
std::string regions_json(const Regions &regions);

struct Recommendation {
    std::uint64_t memory;      // bytes of the machine
    std::uint64_t recommended; // bytes of boot memory
    std::uint64_t by_default;  // what the kernel takes without crashkernel=
};
std::string recommendation_text(const Recommendation &recommendation);
std::string recommendation_json(const Recommendation &recommendation);

} // namespace kexec::fadump
