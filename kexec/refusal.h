// SPDX-License-Identifier: GPL-2.0-or-later
// What it means when the kernel refuses: from the call, the errno and the evidence found on this machine to
// an error that names the likely cause and the next thing to do.
#pragma once

#include "base/result.h"
#include "kexec/evidence.h"
#include "plan/request.h"

namespace kexec {

enum class RefusedCall { load, file_load, unload, file_unload, reboot };

// Of the system call: "kexec_load", "kexec_file_load", "reboot".
std::string_view name_of(RefusedCall call);

struct Refusal {
    RefusedCall call;
    int number; // errno
    Purpose purpose;
};

// The error with `number`; its first sentence begins as kexec-tools' message does: "kexec_load failed: …",
// and goes on with the likeliest cause, one that there is evidence for if any. Its details are the other
// causes with evidence, the facts that matter to the errno, and the kernel's own messages. The cause is
// Cause::system_call for a load, and for an unload by a file call that does not exist; it is Cause::other for
// the rest, whose exit status does not depend on the errno.
Error explain_refusal(const Refusal &refusal, const Evidence &evidence);

// What arm64's kernel writes to its log when it refuses because CPUs cannot be stopped; its errno is EBUSY,
// and waiting does not help.
inline constexpr std::string_view stuck_cpus = "CPUs are stuck in the kernel";

// /sys can be seen, and has nothing of kexec.
Error kernel_has_no_kexec();

} // namespace kexec
