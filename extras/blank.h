// SPDX-License-Identifier: GPL-2.0-or-later
// Taking out of a snapshot what is nobody else's business: serial numbers, addresses of network cards, seeds,
// keys. Plans are always made from a snapshot that was treated so, or a recording would give another plan
// than its machine.
#pragma once

#include "machine/snapshot.h"

#include <string>
#include <vector>

namespace kexec {

// Values are overwritten with zeros, so that sizes stay; words of a command line that look like keys are
// replaced as in everything that is printed. What is blank already stays as it is. Returns the paths of the
// files that were changed, in order.
std::vector<std::string> blank(Snapshot &snapshot);

} // namespace kexec
