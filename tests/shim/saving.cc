// SPDX-License-Identifier: GPL-2.0-or-later
// The fadump program for a machine below a directory, since no other machine has a dump that waits. The dump
// is made by `saving make ROOT`; `saving ROOT WORD…` is the program.
#include "base/file.h"
#include "base/new_file.h"
#include "tests/util/fadump/dumps.h"
#include "util/fadump/command.h"
#include "util/program.h"

#include <string>

namespace {

using namespace kexec;

int make(const std::string &root) {
    auto dump = fadump::test::made_dump(20);
    auto file = NewFile::create(root + "/proc/vmcore");
    return file && file->append(dump) && file->finish_in_memory() ? 0 : 1;
}

int run(std::span<const char *const> words) {
    if (words.size() == 2 && std::string(words[0]) == "make")
        return make(words[1]);
    fadump::World world{.root = words[0],
                        .print = print_to_output,
                        .complain = print_to_error,
                        .write = write_into,
                        .shows_progress = false,
                        .makedumpfile = {}};
    return static_cast<int>(fadump::run_command(world, words.subspan(1)));
}

} // namespace

int main(int count, char **words) { return run_program_main("fadump", count, words, run); }
