// SPDX-License-Identifier: GPL-2.0-or-later
// A program and what it is linked to, for a place where there is no other copy of these.
#pragma once

#include "base/result.h"

#include <string>
#include <vector>

namespace kexec {

struct LinkedProgram {
    std::string loader;                 // the path of its dynamic loader; empty where it needs none
    std::vector<std::string> libraries; // paths of all that it and its libraries need, sorted
};

// Nothing is run to find out. Cause::missing_file names a library that is in none of the directories where
// the loader looks.
Result<LinkedProgram> find_libraries(const std::string &root, const std::string &program);

} // namespace kexec
