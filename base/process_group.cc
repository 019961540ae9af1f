// SPDX-License-Identifier: GPL-2.0-or-later
// A process group is ended as a whole, by the negative of its number.
#include "base/process_group.h"

#include "base/spawn.h"

#include <csignal>
#include <ctime>

namespace kexec {

namespace {

double seconds_now() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

} // namespace

Result<ProcessGroup> ProcessGroup::start(const std::string &path, const std::vector<std::string> &arguments,
                                         const Descriptor *input, const Descriptor *output) {
    Surroundings surroundings{.in_own_group = true};
    if (input)
        surroundings.input = input->number();
    if (output)
        surroundings.output = output->number();
    return ProcessGroup(path, TRY(spawn(path, arguments, surroundings)));
}

Result<int> ProcessGroup::wait() const { return status_at_end(process_, path_); }

// By looking now and then: pidfd_open(2) came with 5.3.
Result<std::optional<int>> ProcessGroup::wait(double seconds) const {
    constexpr timespec pause{0, 50'000'000};
    auto ended = TRY(status_if_ended(process_, path_));
    for (double start = seconds_now(); !ended && seconds_now() - start < seconds;) {
        ::nanosleep(&pause, nullptr);
        ended = TRY(status_if_ended(process_, path_));
    }
    return ended;
}

void ProcessGroup::end_group() const { ::kill(-process_, SIGKILL); }

} // namespace kexec
