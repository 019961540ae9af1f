// SPDX-License-Identifier: GPL-2.0-or-later
// Command lines of kernels inside the files of boot loaders, changed word by word: every other byte of a file
// stays as it is.
#pragma once

#include "machine/crash_defaults.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kexec::kdumpctl {

struct Span {
    std::size_t offset, size;
};

// Where a file has the command line of a kernel.
struct KernelLine {
    std::string label;       // of the entry; empty where entries have none
    std::string kernel;      // its path as the file has it; empty: of every kernel
    std::vector<Span> words; // the pieces of the line, in order; none where the entry has no line yet
    // What is put around the first words, and where, in an entry that has none.
    std::size_t place = 0;
    std::string before = {}, after = {};
    bool is_bare = false; // a shell's value without quotes: a second word needs them
};

// What command lines are to say.
struct CrashWords {
    std::string crashkernel;           // the value
    std::optional<std::string> fadump; // nothing: as it is; empty: the parameter goes
};

// Which parameters a line gets that it does not have.
struct MayAdd {
    bool crashkernel = true, fadump = true;
};

struct Splice {
    std::size_t offset, size; // of what goes
    std::string text;         // what comes
    bool operator==(const Splice &) const = default;
};

// What gives the line those words: the first parameter of a name is changed, further ones go, and one that is
// not there is put at the end. Behind "--" stands what is not for the kernel.
std::vector<Splice> splices_for(std::string_view text, const KernelLine &line, const CrashWords &words,
                                MayAdd may_add);

// The text with that done; splices that stand there twice count once.
std::string spliced(std::string_view text, std::vector<Splice> splices);

// The first piece with a quotation mark that has no partner in it. To the kernel all that follows is one word
// with it, whatever is put there: such a line cannot be changed word by word.
std::optional<Span> unpaired_piece(std::string_view text, const KernelLine &line);

// The words of the line that are for the kernel, and the same with a blank between each.
std::vector<std::string_view> kernel_words(std::string_view text, const KernelLine &line);
std::string command_line_of(std::string_view text, const KernelLine &line);

bool has_parameter(std::string_view command_line, std::string_view name);

// fadump where the line switches it on.
CrashMode mode_of(std::string_view command_line);

} // namespace kexec::kdumpctl
