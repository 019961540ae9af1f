// SPDX-License-Identifier: GPL-2.0-or-later
// The agent: a small static program for the machine that this one is built for, which runs inside an emulated
// machine. In the first kernel it is /init, loads the second kernel with kexec, and crashes or starts it. In
// the second kernel it runs in front of the real /init, tells that user space was reached, and goes on
// watching memory beside it.
#pragma once

#include "base/bytes.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kexec {

// The program, an ELF file.
extern const std::span<const std::byte> agent_program;

// Where it stands in an initial ramdisk; its orders, a device for its words, and a place for /proc lie beside
// it. `rdinit=` names the first.
inline constexpr std::string_view agent_path = "/.kexec-test/agent";

// What the agent's reports carry, so that they cannot be taken for somebody else's: letters and digits.
using Nonce = std::string;

// Orders for the first kernel: run `command` (a program and its arguments), and if that ends with 0, crash or
// start what was loaded ("crash", "execute").
std::string orders_for_first(const Nonce &nonce, std::string_view action,
                             const std::vector<std::string> &command);
// Orders for the second kernel: become this program.
std::string orders_for_second(const Nonce &nonce, std::string_view init);

// What it says on the console, a line each:
//   first RELEASE                     it runs in the first kernel
//   load STATUS                       how the loading program ended
//   stayed                            the machine neither crashed nor started the second kernel
//   second RELEASE                    it runs in the second kernel, whose /init is next
//   memory TOTAL FIRST LEAST KILLS    KiB in all, available at first, least available since; processes that
//                                     were killed for want of memory
//   without-init ERRNO                there is no /init to become
struct AgentReport {
    std::string key;
    std::vector<std::string> values;
};
// Nothing where the line holds no report, or only a part of one.
std::optional<AgentReport> report_in(std::string_view line, const Nonce &nonce);

} // namespace kexec
