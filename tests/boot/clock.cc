// SPDX-License-Identifier: GPL-2.0-or-later
// Prints how many thousand times a second this machine's time stamp counter ticks. An emulated x86 machine
// shows its kernel the same counter, and a kernel that measures it on a busy host finds anything: it is told
// instead (tsc_early_khz=).
#include <chrono>
#include <cstdio>
#include <x86intrin.h>

int main() {
    using Clock = std::chrono::steady_clock;
    auto start = Clock::now();
    auto first = __rdtsc();
    while (Clock::now() - start < std::chrono::milliseconds(100)) {
    }
    auto last = __rdtsc();
    std::chrono::duration<double, std::milli> passed = Clock::now() - start;
    std::printf("%.0f\n", static_cast<double>(last - first) / passed.count());
}
