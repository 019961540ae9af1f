// SPDX-License-Identifier: GPL-2.0-or-later
// The dump that was named: a file that can seek, or a pipe.
#pragma once

#include "dump/source.h"

#include <memory>
#include <string>

namespace kexec::dmesg {

// `path` "-" is standard input. What comes through a pipe is read as it passes where its format allows that
// (ELF), and else is copied first, to a file without a name in `scratch`.
Result<std::unique_ptr<DumpSource>> open_input(const std::string &path, const std::string &scratch);

} // namespace kexec::dmesg
