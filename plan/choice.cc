// SPDX-License-Identifier: GPL-2.0-or-later
// The table that chooses between kexec_load and kexec_file_load.
//
//   asked   kexec_load is    image taken by   option only kexec_load   tried
//           shut (below)     the file call    honours
//   -c      no matter        any              any                      load
//   -s      no matter        yes              any (a warning each)     file
//   -s      no matter        no               any                      an error
//   -a      no               no               any                      load
//   -a      no               yes              yes                      load
//   -a      no               yes              no                       file, then load
//   -a      yes              yes              any (a warning each)     file
//   -a      yes              no               any                      an error
//
// kexec_load is shut where the kernel is known to refuse it before it looks at anything: under lockdown
// (LOCKDOWN_KEXEC in kernel/kexec.c) and under a policy of IMA's that appraises kernel files
// (ima_load_data in security/integrity/ima/ima_main.c); and where --require-signature was given, for
// kexec_load verifies nothing. With -c it is tried all the same: that was asked for, and the kernel's answer
// is explained.
//
// With -a the second step is taken after the errnos in the table below, and after no other.
#include "plan/choice.h"

#include "plan/tree_changes.h"

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

// Why a call of kexec_load would be refused whatever it brings; nothing where it would not, or that is not
// known.
std::optional<std::string> why_load_is_shut(const Request &request) {
    const KexecPolicy &policy = request.machine.kexec.policy;
    if (is_locked_down(policy))
        return fmt::format("the kernel is locked down (/sys/kernel/security/lockdown: {}) and refuses "
                           "kexec_load",
                           policy.lockdown);
    if (policy.ima_appraises == true)
        return "IMA appraises kernel files (/sys/kernel/security/ima/policy) and refuses kexec_load";
    if (request.settings.has(OptionId::require_signature))
        return "kexec_load verifies no signature, and --require-signature was given";
    return std::nullopt;
}

// EFI's secure boot makes many distributions' kernels lock themselves down. Where that cannot be seen, a
// refused signature is taken for an answer.
bool may_be_locked_down(const KexecPolicy &policy) {
    return policy.lockdown.empty() && policy.secure_boot == true;
}

struct ErrnoRow {
    int number;
    Meaning meaning;
};

// kernel/kexec_file.c, crypto/asymmetric_keys/, security/. EINVAL also stands for a flag that the kernel does
// not know; EPERM and EACCES are what lockdown, IMA and security modules say.
constexpr ErrnoRow errno_rows[] = {
    {ENOSYS, Meaning::cannot},         {EINVAL, Meaning::cannot},
    {ENOEXEC, Meaning::cannot},        {EOPNOTSUPP, Meaning::cannot},
    {EADDRNOTAVAIL, Meaning::no_room}, {EKEYREJECTED, Meaning::not_trusted},
    {ENOKEY, Meaning::not_trusted},    {EKEYEXPIRED, Meaning::not_trusted},
    {ENODATA, Meaning::not_trusted},   {EKEYREVOKED, Meaning::not_trusted},
    {EBADMSG, Meaning::not_trusted},   {ENOPKG, Meaning::not_trusted},
    {ELIBBAD, Meaning::not_trusted},   {EPERM, Meaning::not_trusted},
    {EACCES, Meaning::not_trusted},
};

void add_to(std::vector<std::string> &texts, const std::vector<std::string> &more) {
    texts.insert(texts.end(), more.begin(), more.end());
}

// The warnings of options that the file call does not honour.
std::vector<std::string> without_effect(const std::vector<std::string> &names) {
    std::vector<std::string> warnings;
    warnings.reserve(names.size());
    for (const std::string &name : names)
        warnings.push_back(name + " has no effect with kexec_file_load; going on without");
    return warnings;
}

// --require-signature promises nothing where the running kernel does not ask for signatures.
Result<void> check_required_signature(const Request &request, std::vector<std::string> &warnings) {
    if (!request.settings.has(OptionId::require_signature))
        return {};
    if (request.settings.call == Call::load)
        return fail(Cause::bad_usage, "--require-signature cannot be had with -c: kexec_load verifies none",
                    "leave out one of the two");
    auto demanded = demands_signatures(request.machine.kexec.policy);
    if (demanded == false)
        return fail(Cause::unsupported,
                    "--require-signature was given, and the running kernel takes kernels without one: it is "
                    "not locked down, and not built with CONFIG_KEXEC_SIG_FORCE",
                    "boot with lockdown=integrity, or leave --require-signature out");
    if (!demanded.has_value())
        warnings.push_back("whether the running kernel takes kernels without a signature cannot be seen; "
                           "going on without knowing");
    return {};
}

// The running kernel's own loader takes a kernel as it is.
Result<void> check_fast(const Request &request) {
    if (!request.settings.has(OptionId::fast) || request.settings.call != Call::file_load)
        return {};
    return fail(Cause::bad_usage,
                "--fast cannot be had with -s: kexec_file_load takes no kernel that is unpacked",
                "leave out one of the two");
}

std::vector<int> errnos_meaning(std::initializer_list<Meaning> meanings) {
    std::vector<int> numbers;
    for (Meaning meaning : meanings)
        for (const ErrnoRow &row : errno_rows)
            if (row.meaning == meaning)
                numbers.push_back(row.number);
    return numbers;
}

} // namespace

Meaning meaning_of(int number) {
    for (const ErrnoRow &row : errno_rows)
        if (row.number == number)
            return row.meaning;
    return Meaning::final;
}

std::vector<int> file_call_cannot() { return errnos_meaning({Meaning::cannot}); }

bool load_is_shut(const KexecPolicy &policy) {
    return is_locked_down(policy) || policy.ima_appraises == true;
}

std::vector<int> goes_on_after(const KexecPolicy &policy) {
    if (may_be_locked_down(policy))
        return errnos_meaning({Meaning::cannot, Meaning::no_room});
    return errnos_meaning({Meaning::cannot, Meaning::no_room, Meaning::not_trusted});
}

Result<CallChoice> choose_call(const Request &request, std::span<const Option> options) {
    const Format &format = *request.image.format;
    CallChoice choice;
    TRY(check_fast(request));
    auto step = [&](Call call, std::string reason) { choice.steps.push_back({call, std::move(reason)}); };
    TRY(check_required_signature(request, choice.warnings));

    if (request.settings.call == Call::load) {
        step(Call::load, "kexec_load was asked for");
        return choice;
    }
    std::vector<std::string> names = given_for_segments(request.settings, options);
    add_to(names, trees_for_segments(request));
    std::string does_not_take = fmt::format("kexec_file_load does not take a kernel of type {}", format.name);
    if (request.settings.call == Call::file_load) {
        if (!format.by_file_load)
            return fail(Cause::unsupported, does_not_take, "leave out -s, or use -c");
        add_to(choice.warnings, without_effect(names));
        step(Call::file_load, "kexec_file_load was asked for");
        return choice;
    }
    if (auto shut = why_load_is_shut(request)) {
        if (!format.by_file_load)
            return fail(Cause::unsupported, fmt::format("{}; {}", *shut, does_not_take),
                        "use a kernel file that kexec_file_load takes, as distributions ship it");
        add_to(choice.warnings, without_effect(names));
        step(Call::file_load, *shut);
    } else if (!format.by_file_load) {
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

    Decision decision{.attempts = {}, .warnings = std::move(choice.warnings), .notes = request.notes};
    for (CallChoice::Step &step : choice.steps) {
        if (step.call == Call::file_load) {
            decision.attempts.push_back({plan_file_load(request), std::move(step.reason), {}});
        } else if (segments) {
            for (Attempt &before : decision.attempts)
                before.go_on = goes_on_after(request.machine.kexec.policy);
            decision.attempts.push_back({std::move(*segments), std::move(step.reason), {}});
            add_to(decision.warnings, warnings);
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
