// SPDX-License-Identifier: GPL-2.0-or-later
// What is understood of a rehearsal's console, line by line.
#pragma once

#include "emulator/agent.h"
#include "emulator/rehearsal.h"

namespace kexec {

class Listener {
public:
    // `watch`: how long the second kernel's user space is watched; `ending`: a text that ends it early.
    Listener(Nonce nonce, std::chrono::seconds watch, std::string ending)
        : nonce_(std::move(nonce)), watch_(watch), ending_(std::move(ending)) {}

    // The machine's further time, as Hear has it.
    std::optional<std::chrono::seconds> hear(std::string_view line);
    // What was heard; `ending` and `accelerated` are for the caller to add.
    Outcome outcome() &&;

private:
    std::optional<std::chrono::seconds> take(const AgentReport &report);
    void take_words(std::string_view line);

    Nonce nonce_;
    std::chrono::seconds watch_;
    std::string ending_;
    Outcome outcome_;
};

} // namespace kexec
