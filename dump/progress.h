// SPDX-License-Identifier: GPL-2.0-or-later
// A bar that fills while something large is copied.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kexec {

// The nearest whole number from 0 to 10^18, to say it: a program that is built to be small (-Dsmall=true) has
// fmt without numbers that have a point.
std::uint64_t rounded(double number);

// "vmcore  [=====>              ]  28 %  1.0 of 3.5 GiB", without a line end. `done` is at most `size`.
std::string progress_bar(std::string_view name, std::uint64_t done, std::uint64_t size);

// "120 MiB/s, 35 s left", by what the time so far has come to; nothing before that can be told.
std::string pace(std::uint64_t done, std::uint64_t size, double seconds);

} // namespace kexec
