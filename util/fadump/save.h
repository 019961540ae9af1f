// SPDX-License-Identifier: GPL-2.0-or-later
// Storing the waiting dump: its log first, which is small and tells most, then memory, then that of OPAL.
#pragma once

#include "base/result.h"
#include "util/fadump/facts.h"
#include "util/fadump/world.h"

namespace kexec::fadump {

struct SaveRequest {
    std::string directory; // made if it is not there
    bool plain;            // without makedumpfile
    unsigned dump_level;   // for makedumpfile
};

// Writes vmcore-dmesg.txt, vmcore and, where there is one, opalcore into the directory, each under its name
// when it is whole. Complains of what was survived. Only when nothing is missing the record is left that
// release() asks for.
Result<void> save(const World &world, const Facts &facts, const SaveRequest &request);

} // namespace kexec::fadump
