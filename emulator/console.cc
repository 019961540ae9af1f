// SPDX-License-Identifier: GPL-2.0-or-later
// ECMA-48: ESC and one character; or ESC, '[', parameters, and one character from '@' to '~'.
#include "emulator/console.h"

namespace kexec {

namespace {

constexpr std::size_t longest_line = 4096;

} // namespace

void ConsoleLines::take(std::string_view piece) {
    for (char sign : piece)
        take(sign);
}

void ConsoleLines::take(char sign) {
    switch (state_) {
    case State::escape: state_ = sign == '[' ? State::control : State::text; return;
    case State::control: state_ = sign >= '@' && sign <= '~' ? State::text : State::control; return;
    case State::text: break;
    }
    if (sign == '\x1b')
        state_ = State::escape;
    else if (sign == '\n' || line_.size() == longest_line)
        finish();
    else if (static_cast<unsigned char>(sign) >= ' ' || sign == '\t')
        line_ += sign;
}

void ConsoleLines::finish() {
    if (!line_.empty())
        hear_(line_);
    line_.clear();
}

} // namespace kexec
