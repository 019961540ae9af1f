// SPDX-License-Identifier: GPL-2.0-or-later
// The console of a machine as lines: what firmware and kernels send to a terminal, without the sequences that
// move its cursor and colour it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace kexec {

class ConsoleLines {
public:
    explicit ConsoleLines(std::function<void(std::string_view line)> hear) : hear_(std::move(hear)) {}

    // Takes the next piece, however it is cut, and hands on each line that is whole.
    void take(std::string_view piece);
    // Hands on what stands behind the last line end.
    void finish();

private:
    enum class State { text, escape, control };
    void take(char sign);

    std::function<void(std::string_view line)> hear_;
    std::string line_;
    State state_ = State::text;
};

} // namespace kexec
