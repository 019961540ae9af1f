// SPDX-License-Identifier: GPL-2.0-or-later
// The tables: a new verb is a row, and a function of verbs.h.
#include "util/kdumpctl/options.h"

#include "util/kdumpctl/verbs.h"

#include <array>

namespace kexec::kdumpctl {

namespace {

constexpr std::array verb_rows{
    Verb{{"start", "", "make the capture initramfs where that is needed, and load the crash kernel"}, start},
    Verb{{"stop", "", "unload it"}, stop},
    Verb{{"restart", "", "stop and start"}, restart},
    Verb{{"reload", "", "load it again, as after memory was added"}, reload},
    Verb{{"rebuild", "", "make the capture initramfs anew"}, rebuild},
    Verb{{"status", "", "say whether a crash will be dumped, and what came of the last one"}, show_status},
    Verb{{"check-config", "[FILE]", "say what is wrong in the configuration, or in FILE"}, check_config},
    Verb{{"estimate", "", "say how much memory a capture kernel needs, and why"}, show_estimate},
    Verb{{"get-default-crashkernel", "[kdump|fadump]", "print the crashkernel= for this machine"},
         show_default},
    Verb{{"reset-crashkernel", "", "put that into the boot loader's configuration"}, reset_crashkernel},
    Verb{{"_reset-crashkernel-after-update", "",
          "the same for all kernels, where kdump.conf lets packages do it"},
         reset_after_update},
    Verb{{"_reset-crashkernel-for-installed_kernel", "VERSION", "the same for the kernel of that version"},
         reset_for_installed},
    Verb{{"showmem", "", "print how much memory is reserved"}, show_memory},
    Verb{{"propagate", "", "make a key for the ssh target, and bring it there"}, propagate},
    Verb{{"test", "", "crash this machine, to see whether that is dumped"}, test},
};

constexpr std::array option_rows{
    OptionRow{"print", "start stop restart reload rebuild propagate reset-crashkernel", "",
              "say what would be changed"},
    OptionRow{"hotplug", "reload", "", "where the kernel does not follow memory and CPUs by itself"},
    OptionRow{"target", "check-config", "", "look at this machine too"},
    OptionRow{"vm", "test", "", "in an emulated machine, with a scratch disk"},
    OptionRow{"measure", "estimate", "", "try in an emulated machine how little does"},
    OptionRow{"json", "status estimate", "", "print a JSON object"},
    OptionRow{"kernel", "reset-crashkernel", "PATH|ALL|DEFAULT",
              "of which kernel, instead of the running one"},
    OptionRow{"fadump", "reset-crashkernel", "on|off|nocma", "set or remove fadump= too (on ppc64le)"},
    OptionRow{"undo", "reset-crashkernel", "", "take the last change back"},
    OptionRow{"root", "reset-crashkernel", "DIR", "of the system below DIR, instead of this one"},
    OptionRow{"reboot", "reset-crashkernel", "", "has no effect; accepted for old scripts"},
    OptionRow{"help", "", "", "print this text"},
    OptionRow{"version", "", "", "print the version"},
};

} // namespace

std::span<const Verb> verb_table() { return verb_rows; }
std::span<const OptionRow> option_table() { return option_rows; }

VerbTables tables() {
    return {"kdumpctl", "verb",
            "Has crashes of this machine dumped: loads a crash kernel that stores its memory, and says how "
            "that stands.",
            rows_of(verb_table()), option_rows};
}

std::string usage_text() { return kexec::usage_text(tables(), 40); }

} // namespace kexec::kdumpctl
