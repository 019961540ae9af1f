// SPDX-License-Identifier: GPL-2.0-or-later
// What the configuration's files come to together: kdump.conf and sysconfig's variables say what is to be
// done; what they leave open, Debian's file says; what nobody says has its default.
#pragma once

#include "machine/snapshot.h"
#include "util/kdumpctl/kdump_conf.h"
#include "util/kdumpctl/variables.h"

namespace kexec::kdumpctl {

struct Configuration {
    KdumpConf conf;
    std::map<std::string, std::string, std::less<>>
        variables;                 // by sysconfig's names; Debian's are among them
    std::string mount_options;     // of an NFS target
    bool switched_off = false;     // USE_KDUMP=0 in Debian's file
    std::string kernel, initramfs; // paths that Debian's file names; empty where it does not

    // Nothing where no file sets it.
    std::optional<std::string_view> variable(std::string_view name) const;
};

// The error with the place in kdump.conf that it is about in front; Debian's file has no such places.
Failure at_place(Place place, Error error);
// The errors among them as one that lists them, with their places in kdump.conf; none where there are none.
Result<void> refused_for(const Findings &findings, std::string what);

// Of a snapshot of config_sources(). An error lists every mistake with its place.
Result<Configuration> read_configuration(const Snapshot &snapshot);

} // namespace kexec::kdumpctl
