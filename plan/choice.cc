// SPDX-License-Identifier: GPL-2.0-or-later
// The table that chooses between kexec_load and kexec_file_load.
//
//   asked   image taken by the file call   option only kexec_load honours   tried
//   -c      any                            any                              load
//   -s      yes                            any (a warning each)             file
//   -s      no                             any                              an error
//   -a      no                             any                              load
//   -a      yes                            yes                              load
//   -a      yes                            no                               file, then load
//
// With -a the second step is taken only after the errnos that kexec-tools goes on after: the kernel has no
// such call (ENOSYS) or cannot read this image by it (EINVAL, ENOEXEC, EOPNOTSUPP).
#include "plan/choice.h"

#include <cerrno>
#include <fmt/core.h>

namespace kexec {
namespace {

// The options given that only kexec_load can honour.
std::vector<std::string> given_for_segments(const Settings &settings, std::span<const Option> options) {
    std::vector<std::string> names;
    for (const Option &option : options)
        if (option.reach == OptionReach::segments && settings.has(option.id))
            names.push_back("--" + std::string(option.name));
    return names;
}

} // namespace

std::vector<int> file_call_cannot() { return {ENOSYS, EINVAL, ENOEXEC, EOPNOTSUPP}; }

Result<CallChoice> choose_call(const Request &request, std::span<const Option> options) {
    const Format &format = *request.image.format;
    CallChoice choice;
    auto step = [&](Call call, std::string reason) { choice.steps.push_back({call, std::move(reason)}); };

    if (request.settings.call == Call::load) {
        step(Call::load, "kexec_load was asked for");
        return choice;
    }
    std::vector<std::string> names = given_for_segments(request.settings, options);
    std::string does_not_take = fmt::format("kexec_file_load does not take a kernel of type {}", format.name);
    if (request.settings.call == Call::file_load) {
        if (!format.by_file_load)
            return fail(Cause::unsupported, does_not_take, "leave out -s, or use -c");
        for (const std::string &name : names)
            choice.warnings.push_back(name + " has no effect with kexec_file_load; going on without");
        step(Call::file_load, "kexec_file_load was asked for");
        return choice;
    }
    if (!format.by_file_load) {
        step(Call::load, does_not_take);
    } else if (!names.empty()) {
        step(Call::load, "only kexec_load honours " + names.front());
    } else {
        step(Call::file_load, fmt::format("kexec_file_load takes a kernel of type {}", format.name));
        step(Call::load, "kexec_file_load did not serve");
    }
    return choice;
}

FileLoad plan_file_load(const Request &request) {
    const Settings &settings = request.settings;
    std::uint32_t flags = 0;
    if (settings.purpose == Purpose::crash)
        flags |= kexec_file_on_crash;
    // The kernel refuses a file without a byte (kernel_read_file), so an empty initrd is none, as with
    // kexec_load.
    auto initrd = request.initrd && !request.initrd->bytes().empty() ? request.initrd : nullptr;
    if (!initrd)
        flags |= kexec_file_no_initramfs;
    if (settings.debug)
        flags |= kexec_file_debug;
    if (settings.has(OptionId::no_cma))
        flags |= kexec_file_no_cma;
    if (settings.has(OptionId::force_dtb))
        flags |= kexec_file_force_dtb;
    return {.kernel = request.image.file,
            .unpacked = request.image.unpacked,
            .initrd = initrd,
            .command_line = settings.command_line,
            .flags = flags};
}

namespace {

// A crash kernel that has no room in the reservation has none by either call, and the kernel would let go of
// the old one before it said so: this is an error before any call is made.
bool is_hopeless(const Result<SegmentLoad> &plan, const Request &request) {
    return !plan && plan.error().cause == Cause::no_room && request.settings.purpose == Purpose::crash;
}

} // namespace

Result<Decision> decide(
    const Request &request, std::span<const Option> options,
    const std::function<Result<SegmentLoad>(std::vector<std::string> &warnings)> &plan_segments) {
    CallChoice choice = TRY(choose_call(request, options));
    std::vector<std::string> warnings;
    bool by_segments = choice.steps.back().call == Call::load;
    auto segments = by_segments || request.settings.purpose == Purpose::crash
                        ? plan_segments(warnings)
                        : Result<SegmentLoad>(fail(Cause::other, "not planned"));
    if (is_hopeless(segments, request))
        return Failure(segments.error());

    Decision decision{.attempts = {}, .warnings = std::move(choice.warnings)};
    for (CallChoice::Step &step : choice.steps) {
        if (step.call == Call::file_load) {
            decision.attempts.push_back({plan_file_load(request), std::move(step.reason), {}});
        } else if (segments) {
            for (Attempt &before : decision.attempts)
                before.go_on = file_call_cannot();
            decision.attempts.push_back({std::move(*segments), std::move(step.reason), {}});
            decision.warnings.insert(decision.warnings.end(), warnings.begin(), warnings.end());
        } else if (decision.attempts.empty()) {
            return Failure(segments.error());
        } else {
            decision.warnings.push_back(fmt::format(
                "kexec_load could not serve as a second try: {}; going on without", segments.error().what));
        }
    }
    return decision;
}

} // namespace kexec
