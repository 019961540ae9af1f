// SPDX-License-Identifier: GPL-2.0-or-later
// What the verbs print: text for people, one JSON object on a line for programs (sizes in bytes).
#pragma once

#include "util/kdumpctl/estimate.h"
#include "util/kdumpctl/results.h"

namespace kexec::kdumpctl {

std::string status_text(const Status &status);
std::string status_json(const Facts &facts, const Status &status, const Results &results);

std::string estimate_text(const Facts &facts, const Estimate &estimate);
std::string estimate_json(const Facts &facts, const Estimate &estimate);

} // namespace kexec::kdumpctl
