// SPDX-License-Identifier: GPL-2.0-or-later
// The memory of a crashed kernel, whatever the format of the dump: what its headers say of it, and its bytes
// by virtual address (where headers map them) and by physical address.
#pragma once

#include "dump/foreign.h"
#include "dump/source.h"
#include "dump/vmcoreinfo.h"

#include <memory>
#include <optional>
#include <string>

namespace kexec {

// An address in the dump.
struct Place {
    bool is_physical;
    std::uint64_t address;
};

struct MemoryPart {
    Place place;
    std::uint64_t size;
};

class Core {
public:
    Core() = default;
    Core(const Core &) = delete;
    Core &operator=(const Core &) = delete;
    virtual ~Core() = default;

    // As e_machine has it; 0 where the dump does not tell.
    std::uint16_t machine = 0;
    Foreign foreign;
    Vmcoreinfo info;
    // Where x86_64's kernel lies, from a header older than the line in VMCOREINFO.
    std::optional<std::uint64_t> phys_base;

    // Whether the dump says that it holds the byte there.
    virtual bool holds(Place place) const = 0;
    // Bytes from there on: fewer than asked for where the dump stops to hold them, at least one.
    virtual Result<std::size_t> read(Place place, MutableBytes target) = 0;
    // A physical address for a virtual one that no header covers, if the one mapped below it went on.
    virtual std::optional<std::uint64_t> extended(std::uint64_t) const { return std::nullopt; }
    // Comes through a pipe: then these are about to be read, in any order.
    virtual bool goes_forward_only() const { return false; }
    virtual void gather(const std::vector<MemoryPart> &) {}
};

} // namespace kexec
