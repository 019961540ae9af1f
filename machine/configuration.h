// SPDX-License-Identifier: GPL-2.0-or-later
// The configuration that a kernel was built with, as its build wrote it: a line "CONFIG_NAME=value" for each
// option that is set.
#pragma once

#include "machine/snapshot.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kexec {

// Where the running kernel's is found.
std::span<const Source> configuration_sources();

// The running kernel's. Nothing where it cannot be read, or what was read does not speak of kexec at all:
// that is no kernel's configuration.
std::optional<std::string> running_configuration(const Snapshot &snapshot);

// "y", "m" or another value; empty where the option is not set. `name` without "CONFIG_".
std::string_view configured(std::string_view configuration, std::string_view name);

// Whether a line is about an option that decides on kexec, on dumps or on what kernel can be started: what of
// a configuration a recording keeps, since all of it would be ten times as large as all the rest.
bool is_about_kexec(std::string_view line);
std::string lines_about_kexec(std::string_view configuration);

} // namespace kexec
