// SPDX-License-Identifier: GPL-2.0-or-later
// Which virtual machine stands for a real one, and what of the real one it does not have.
#pragma once

#include "emulator/virtual_machine.h"
#include "machine/machine.h"
#include "plan/request.h"

#include <optional>
#include <string>
#include <vector>

namespace kexec {

// What a user wants otherwise than the machine has it; bytes.
struct LikenessWishes {
    std::optional<std::uint64_t> memory = {}, reservation = {};
    std::optional<unsigned> processors = {};
};

// What the host that emulates has to give.
struct EmulationOffer {
    std::uint64_t available_memory = 0; // bytes
    unsigned processors = 1;            // of the host: taken where the machine's own number is not known
    bool has_uefi = false;              // firmware for such a machine is at hand
    std::uint64_t payload = 0;          // bytes of what the machine's memory has to hold besides
};

struct Likeness {
    VirtualMachine machine;
    std::string crashkernel;        // words for the first kernel's command line; empty: nothing is reserved
    std::uint64_t reservation = 0;  // bytes that the second kernel will have of it
    std::vector<std::string> other; // what is not as on the machine, in sentence parts
};

// Memory is scaled down to what the host can give; the reservation never is. Cause::no_room where the host
// has too little for any.
Result<Likeness> likeness_of(const Machine &machine, Purpose purpose, const LikenessWishes &wishes,
                             const EmulationOffer &offer);

// The words by which Linux reserves the same sizes as on the machine (crashkernel= of
// Documentation/admin-guide/kdump/kdump.rst): one size, or with two the higher one by ",high".
std::string crashkernel_words(std::string_view arch, const std::vector<Range> &reservations,
                              std::uint64_t memory);

} // namespace kexec
