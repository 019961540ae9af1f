// SPDX-License-Identifier: GPL-2.0-or-later
// What the running kernel insists on before it takes another one: lockdown, signatures, IMA's appraisal. Most
// of it cannot be asked for and is only seen through traces, so each fact may be "not known".
#pragma once

#include "machine/snapshot.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kexec {

struct KexecPolicy {
    std::string lockdown;                  // "none", "integrity", "confidentiality"; empty: not known
    std::optional<bool> secure_boot;       // EFI's variable, or s390x's secure IPL
    std::optional<bool> signatures_forced; // built with CONFIG_KEXEC_SIG_FORCE
    std::optional<bool> ima_appraises;     // IMA's policy demands that a kernel file be appraised
};

// The files that it is read from.
std::span<const Source> policy_sources();

// Files that are not in the snapshot, or make no sense, leave "not known".
KexecPolicy read_policy(const Snapshot &snapshot);

// "[none] integrity confidentiality": the word in brackets; empty where there is none.
std::string chosen_in_brackets(std::string_view text);

// Lockdown is known to be in force.
bool is_locked_down(const KexecPolicy &policy);

// Does the running kernel refuse a kernel file without a signature that it trusts?
std::optional<bool> demands_signatures(const KexecPolicy &policy);

} // namespace kexec
