// SPDX-License-Identifier: GPL-2.0-or-later
// What the capture program needs takes a moment to put together, so it is made each time and compared; dracut
// takes a minute, so what it would be told is compared instead.
#include "util/kdumpctl/build.h"

#include "base/file.h"
#include "util/kdumpctl/dracut.h"

#include <algorithm>

namespace kexec::kdumpctl {

namespace {

constexpr std::uint64_t largest_initramfs = std::uint64_t{2} << 30;

std::optional<Buffer> content_of(const World &world, const std::string &path) {
    auto content = read_file(world.root + path, largest_initramfs);
    return content ? std::optional(std::move(*content)) : std::nullopt;
}

std::function<Result<std::uint64_t>()> size_of(const World &world, const std::string &path) {
    return [&world, path]() -> Result<std::uint64_t> {
        return TRY(read_file(world.root + path, largest_initramfs)).size();
    };
}

bool is_set(const Service &service, std::string_view directive) {
    return service.configuration.conf.value_of(directive) == "1";
}

Result<Built> build_alone(const World &world, const Service &service, const capture::Wish &wish,
                          Rebuild rebuild) {
    capture::Initramfs made = TRY(capture::make_initramfs(wish));
    for (const std::string &warning : made.warnings)
        warn(world, warning);
    const std::string &path = service.kernel.initramfs;
    Built built{.steps = {}, .size = [size = made.bytes.size()]() -> Result<std::uint64_t> { return size; }};
    auto there = content_of(world, path);
    if (rebuild == Rebuild::always || !there || !std::ranges::equal(*there, made.bytes))
        built.steps.push_back(write_step(world, path, std::move(made.bytes)));
    return built;
}

Result<Built> build_by_dracut(const World &world, const Service &service, const capture::Wish &wish,
                              const std::string &reason, Rebuild rebuild) {
    if (service.facts.traits.mode == CrashMode::fadump)
        return fail(Cause::unsupported,
                    "with firmware-assisted dump both boots share one initramfs, and " + reason,
                    "name a local target in /etc/kdump.conf, without scripts");
    auto steps = TRY_WITHIN(reason, steps_of_dracut(world, service, wish, rebuild));
    return Built{.steps = std::move(steps), .size = size_of(world, service.kernel.initramfs)};
}

Result<Built> build_shared(const World &world, const Service &service, const capture::Wish &wish,
                           Rebuild rebuild) {
    const std::string &path = service.kernel.normal;
    if (path.empty())
        return fail(Cause::missing_file,
                    "the kernel " + service.kernel.release +
                        " has no initramfs that firmware-assisted dump could use",
                    "make one as for a normal boot");
    Built built{.steps = {}, .size = size_of(world, path)};
    if (rebuild != Rebuild::never)
        built.steps.push_back(fadump_initramfs_step(world, path, wish));
    return built;
}

} // namespace

Result<capture::Wish> capture_wish(const World &world, const Service &service) {
    auto program = world.find_program("kdump-capture");
    if (!program)
        return fail(Cause::missing_file, "the capture program kdump-capture is not installed",
                    "install the package again");
    return capture::Wish{.settings = service.plan.settings,
                         .release = service.kernel.release,
                         .program = *program,
                         .makedumpfile = world.find_program("makedumpfile").value_or(""),
                         .extra_modules = service.plan.extra_modules,
                         .root = world.root};
}

Result<Built> build_initramfs(const World &world, const Service &service, Rebuild rebuild) {
    const std::string &path = service.kernel.initramfs;
    bool is_named = path == service.configuration.initramfs;
    bool is_fadump = service.facts.traits.mode == CrashMode::fadump;
    if (is_set(service, "force_rebuild") && rebuild == Rebuild::needed)
        rebuild = Rebuild::always;
    bool is_kept = is_named || rebuild == Rebuild::never ||
                   (is_set(service, "force_no_rebuild") && rebuild == Rebuild::needed);
    if (!is_fadump && is_kept && (is_named || content_of(world, path)))
        return Built{.steps = {}, .size = size_of(world, path)};
    capture::Wish wish = TRY(capture_wish(world, service));
    std::string reason = service.plan.userland;
    if (reason.empty()) {
        auto built = is_fadump ? build_shared(world, service, wish, rebuild)
                               : build_alone(world, service, wish, rebuild);
        if (built || built.error().cause != Cause::unsupported)
            return built;
        reason = built.error().what;
    }
    return build_by_dracut(world, service, wish, reason, rebuild);
}

} // namespace kexec::kdumpctl
