// SPDX-License-Identifier: GPL-2.0-or-later
// Where in a log the end of the machine begins.
#pragma once

#include "dump/log.h"

#include <deque>

namespace kexec::dmesg {

// Is shown all records in their order, and then says with which of them (counted from 0) the last report
// starts. The panic is the first record with the text "Kernel panic - not syncing". Reports open with one of
// the texts in panic.cc. The start is the first record that opens one within the ten seconds before the panic
// (the 100 records, in a log without times), or the panic itself; in a log without a panic the same before
// the last record that opens one.
class PanicFinder {
public:
    void take(const Record &record);
    // Nothing where the log has neither a panic nor any report.
    std::optional<std::uint64_t> start() const;

private:
    struct Opening {
        std::uint64_t index;
        std::optional<std::uint64_t> nanoseconds;
    };
    std::uint64_t count_ = 0;
    bool panicked_ = false;
    std::deque<Opening> openings_; // those that may belong to the last of them
};

} // namespace kexec::dmesg
