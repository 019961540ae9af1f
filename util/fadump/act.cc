// SPDX-License-Identifier: GPL-2.0-or-later
// registered_store and release_mem_store of the kernel's fadump.c say which writes are refused, and with
// which errno; rtas_fadump_register and opal_fadump_register what those of the firmware mean.
#include "util/fadump/act.h"

#include "base/new_file.h"
#include "util/fadump/understand.h"

#include <cerrno>

namespace kexec::fadump {

namespace {

std::string cause_of(int number) {
    switch (number) {
    case EACCES: return "run this as root";
    case EPERM:
        return "see what \"fadump status\" says: the kernel refuses this while a dump waits, and where "
               "firmware-assisted dump is not enabled";
    case EINVAL:
        return "boot again with another size in crashkernel=: there may be holes in the memory that "
               "was to be kept, or in the reservation (the kernel's log tells)";
    case EIO: return "look for \"fadump\" in the kernel's log: the firmware has refused, or failed";
    case ENODEV:
    case ENOENT: return "see what \"fadump status\" says";
    default: return "look for \"fadump\" in the kernel's log";
    }
}

// The files are named as the kernel has them, without the root that stands in front in tests.
Result<void> write_control(const World &world, const std::string &path, std::string_view text) {
    auto written = world.write(world.root + path, text);
    if (written)
        return {};
    int number = written.error().number;
    return fail_errno(Cause::system_call, number,
                      "the kernel has refused \"" + std::string(text) + "\" in " + path, cause_of(number));
}

// A kernel that does not register anew by itself says EEXIST.
Result<void> write_registration(const World &world, const Facts &facts) {
    const std::string &path = facts.controls.registered;
    auto written = write_control(world, path, "1");
    if (written || written.error().number != EEXIST || !facts.registered)
        return written;
    TRY(write_control(world, path, "0"));
    return write_control(world, path, "1");
}

Result<void> may_change(const Facts &facts) {
    if (facts.dump_waiting)
        return fail(Cause::unsupported,
                    "a dump is waiting, and the kernel changes no registration while it does",
                    "store it with \"fadump save DIR\", then \"fadump release\"");
    if (!facts.enabled || facts.controls.registered.empty())
        return fail(Cause::unsupported, "this machine has no firmware-assisted dump",
                    "see what \"fadump status\" says, or use kdump (kexec -p)");
    if (!*facts.enabled)
        return fail(Cause::unsupported, "no memory is reserved for firmware-assisted dump",
                    "boot with fadump=on; \"fadump recommend\" tells the crashkernel= for this machine");
    return {};
}

} // namespace

Result<Facts> look(const World &world) { return understand(take_snapshot(sources(), world.root)); }

Result<void> register_dump(const World &world, const Facts &facts) {
    TRY(may_change(facts));
    TRY(write_registration(world, facts));
    if (TRY(look(world)).registered)
        return {};
    return fail(Cause::system_call, "the kernel took the registration, and says that there is none",
                "look for \"fadump\" in the kernel's log");
}

Result<void> set_arguments(const World &world, const Facts &facts, const std::string &words) {
    TRY(may_change(facts));
    if (facts.bootargs)
        return write_control(world, std::string(bootargs_path), words);
    if (!words.empty())
        warn(world,
             "this kernel adds nothing to the command line of the boot after a crash; going on without");
    return {};
}

Result<void> unregister_dump(const World &world, const Facts &facts) {
    TRY(may_change(facts));
    TRY(write_control(world, facts.controls.registered, "0"));
    // The kernel does not pass on what the firmware answered.
    if (!TRY(look(world)).registered)
        return {};
    return fail(Cause::system_call, "the registration is still there: the firmware has not let it go",
                "look for \"fadump\" in the kernel's log");
}

Result<void> record_saved(const World &world, const Facts &facts, std::string_view directory) {
    TRY(make_directories(world.root + "/run"));
    NewFile file = TRY(NewFile::create(world.root + std::string(saved_record), NewFile::Existing::replace));
    std::string line = record_of(facts, directory);
    TRY(file.append(as_bytes(line)));
    return file.finish();
}

Result<void> release(const World &world, const Facts &facts, bool may_be_lost) {
    bool has_opal_core = !facts.controls.release_opal_core.empty() && !facts.opal_core.empty();
    if (!facts.dump_waiting && !has_opal_core)
        return fail(Cause::unsupported, "no dump is waiting: there is nothing to release");
    if (!facts.saved && !may_be_lost)
        return fail(Cause::unsupported, "the waiting dump has not been saved whole",
                    "store it with \"fadump save DIR\" first, or lose it with \"fadump release --yes\"");
    if (has_opal_core)
        TRY(write_control(world, facts.controls.release_opal_core, "1"));
    if (!facts.dump_waiting)
        return {};
    TRY(write_control(world, facts.controls.release_memory, "1"));
    if (!TRY(look(world)).dump_waiting)
        return {};
    return fail(Cause::system_call, "the kernel took the release, and says that the dump is still waiting",
                "look for \"fadump\" in the kernel's log");
}

} // namespace kexec::fadump
