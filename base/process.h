// SPDX-License-Identifier: GPL-2.0-or-later
// Running another program: by its absolute path, without a shell, with nothing of our environment. Its home
// is root's, where OpenSSH's scripts put what they write.
#pragma once

#include "base/file.h"

#include <chrono>
#include <optional>
#include <span>
#include <vector>

namespace kexec {

// Runs it and waits for its end. It reads nothing, and what it prints goes to our standard error. Its exit
// status, or 128 and the number of the signal that ended it.
Result<int> run_program(const std::string &path, const std::vector<std::string> &arguments);

// A program that runs beside us. It reads nothing; what it prints, on standard output and standard error, is
// read here as it comes. It ends with this object.
class Child {
public:
    // It inherits the descriptors `kept`, under the numbers that they have here.
    static Result<Child> start(const std::string &path, const std::vector<std::string> &arguments,
                               std::span<const int> kept = {});
    Child(Child &&other) noexcept;
    Child &operator=(Child &&) = delete;
    ~Child();

    // What it printed next, waited for at most so long: nothing when the time is over, an empty text when
    // there will be no more.
    Result<std::optional<std::string>> read(std::chrono::milliseconds limit);
    // Ends it if it has not ended. Its exit status, or 128 and the number of the signal that ended it.
    int stop();

private:
    Child(int process, Descriptor output) : process_(process), output_(std::move(output)) {}

    int process_; // 0 once it has been waited for
    Descriptor output_;
};

// A pipe: what is written to the second is read from the first.
Result<std::pair<Descriptor, Descriptor>> make_pipe();

// The path of a program in the directories where systems keep them; nothing where it is not installed.
std::optional<std::string> find_program(std::string_view name);

} // namespace kexec
