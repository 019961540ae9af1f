// SPDX-License-Identifier: GPL-2.0-or-later
// From plans to system calls: what is handed over, what is tried next, what is said of a refusal.
#include "kexec/attempts.h"

#include "kexec/patience.h"
#include "plan/choice.h"
#include "plan/purgatory.h"

#include <algorithm>
#include <cstring>
#include <fmt/core.h>

namespace kexec {
namespace {

int make_call(World &world, const SegmentLoad &plan) {
    std::vector<KexecSegment> segments;
    for (const Segment &segment : plan.segments)
        segments.push_back({segment.bytes.data(), segment.bytes.size(), segment.destination.first(),
                            segment.destination.size()});
    return call_patiently(world, plan.flags, kexec_debug,
                          [&](std::uint32_t flags) { return world.calls.load(plan.entry, segments, flags); });
}

int make_call(World &world, const FileLoad &plan, int kernel) {
    int initrd = plan.initrd ? plan.initrd->descriptor() : -1;
    return call_patiently(world, plan.flags, kexec_file_debug, [&](std::uint32_t flags) {
        return world.calls.file_load(kernel, initrd, plan.command_line, flags);
    });
}

void seal_with(SegmentLoad &plan, std::vector<LoadedFile> &files) {
    std::vector<Bytes> pieces;
    for (const LoadedFile &each : files)
        std::ranges::copy(pieces_of(each.file->bytes()), std::back_inserter(pieces));
    std::vector<std::optional<Digest>> digests = seal(plan, pieces);
    auto next = digests.begin();
    for (LoadedFile &each : files) {
        std::span own(next, pieces_of(each.file->bytes()).size());
        next += std::ssize(own);
        each.digests.clear();
        if (std::ranges::all_of(own, [](const auto &digest) { return digest.has_value(); }))
            std::ranges::transform(own, std::back_inserter(each.digests),
                                   [](const auto &digest) { return *digest; });
    }
}

// An errno, or 0.
Result<int> attempt(World &world, Plan &plan, std::vector<LoadedFile> &files) {
    if (auto *segments = std::get_if<SegmentLoad>(&plan)) {
        if (!segments->announcement.empty())
            world.complain(segments->announcement + "\n");
        seal_with(*segments, files);
        return make_call(world, *segments);
    }
    const auto &file = std::get<FileLoad>(plan);
    if (!file.unpacked)
        return make_call(world, file, file.kernel->descriptor());
    Descriptor unpacked = TRY(file_in_memory("kernel", *file.unpacked));
    return make_call(world, file, unpacked.number());
}

RefusedCall call_of(const Plan &plan) {
    return std::holds_alternative<SegmentLoad>(plan) ? RefusedCall::load : RefusedCall::file_load;
}

std::string tried(const SegmentLoad &plan) {
    return fmt::format("tried: kexec_load, {} segments, entry {:#x}, flags {:#x}", plan.segments.size(),
                       plan.entry, plan.flags);
}

std::string tried(const FileLoad &plan) {
    return fmt::format("tried: kexec_file_load, kernel {}{}, initrd {}, flags {:#x}", plan.kernel->path(),
                       plan.unpacked ? " (unpacked)" : "", plan.initrd ? plan.initrd->path() : "none",
                       plan.flags);
}

Error explain(World &world, const Settings &settings, const Plan &plan, int number) {
    Error error = explain_refusal({call_of(plan), number, settings.purpose}, look_for_evidence(world));
    error.details.insert(error.details.begin(),
                         std::visit([](const auto &each) { return tried(each); }, plan));
    return error;
}

// Going over to kexec_load after a refused signature is worth a word: nothing is verified then.
void note_next_call(const World &world, const Settings &settings, int number) {
    if (meaning_of(number) == Meaning::not_trusted)
        warn(world,
             fmt::format("kexec_file_load: {}; this machine is not locked down: trying kexec_load, which "
                         "verifies no signature (--require-signature forbids that)",
                         std::strerror(number)));
    else if (settings.debug)
        warn(world, fmt::format("kexec_file_load: {}; trying kexec_load", strerrorname_np(number)));
}

// What the refusals before the last one were, in its details.
Error with_earlier(Error error, const std::vector<Error> &earlier) {
    for (const Error &each : earlier) {
        error.details.push_back("before that: " + each.what);
        error.details.insert(error.details.end(), each.details.begin(), each.details.end());
    }
    return error;
}

} // namespace

Result<RefusedCall> make_attempts(World &world, const Settings &settings, std::vector<Attempt> &attempts,
                                  std::vector<LoadedFile> &files) {
    std::vector<Error> refused;
    for (Attempt &each : attempts) {
        int number = TRY(attempt(world, each.plan, files));
        if (number == 0)
            return call_of(each.plan);
        refused.push_back(explain(world, settings, each.plan, number));
        if (std::find(each.go_on.begin(), each.go_on.end(), number) == each.go_on.end())
            break;
        if (&each != &attempts.back())
            note_next_call(world, settings, number);
    }
    if (refused.empty())
        return fail(Cause::other, "there is no way to load this kernel",
                    "run it again with -d and report what it prints");
    Error last = std::move(refused.back());
    refused.pop_back();
    return Failure(with_earlier(std::move(last), refused));
}

namespace {

// An errno, or 0.
int unload_by_file_call(World &world, const Settings &settings) {
    std::uint32_t flags = kexec_file_unload |
                          (settings.purpose == Purpose::crash ? kexec_file_on_crash : 0U) |
                          (settings.debug ? kexec_file_debug : 0U);
    return call_patiently(world, flags, kexec_file_debug, [&](std::uint32_t now) {
        return world.calls.file_load(-1, -1, std::nullopt, now);
    });
}

int unload_by_load(World &world, const Settings &settings) {
    std::uint32_t flags = (std::uint32_t{world.arch.elf_machine} << 16) |
                          (settings.purpose == Purpose::crash ? kexec_on_crash : 0U) |
                          (settings.debug ? kexec_debug : 0U);
    return call_patiently(world, flags, kexec_debug,
                          [&](std::uint32_t now) { return world.calls.load(0, {}, now); });
}

} // namespace

Result<void> make_unload_calls(World &world, const Settings &settings) {
    if (settings.call != Call::load) {
        int number = unload_by_file_call(world, settings);
        if (number == 0)
            return {};
        Evidence evidence = look_for_evidence(world);
        bool goes_on = settings.call == Call::automatic && meaning_of(number) == Meaning::cannot &&
                       !load_is_shut(evidence.policy);
        if (!goes_on)
            return Failure(explain_refusal({RefusedCall::file_unload, number, settings.purpose}, evidence));
    }
    if (int number = unload_by_load(world, settings))
        return Failure(
            explain_refusal({RefusedCall::unload, number, settings.purpose}, look_for_evidence(world)));
    return {};
}

} // namespace kexec
