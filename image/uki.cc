// SPDX-License-Identifier: GPL-2.0-or-later
// Finds the sections of a UKI by the names that the UAPI group's "Unified Kernel Image" gives them.
#include "image/uki.h"

#include "image/pe.h"

#include <algorithm>
#include <fmt/core.h>
#include <fmt/format.h>

namespace kexec {

namespace {

// What the stub would hand to the kernel; nothing else in a UKI changes what is started.
constexpr std::string_view handed_over[] = {".initrd", ".cmdline", ".dtb", ".dtbauto", ".ucode"};

Result<void> check_other_parts(const Pe &pe) {
    std::vector<std::string_view> parts;
    for (std::string_view name : handed_over)
        if (std::ranges::find(pe.sections, name, &PeSection::name) != pe.sections.end())
            parts.push_back(name);
    if (parts.empty())
        return {};
    return fail(Cause::unsupported,
                fmt::format("this UKI holds {} besides its kernel, and only the kernel could be loaded",
                            fmt::join(parts, ", ")),
                "take each part out (objcopy -O binary --only-section=.linux FILE Image) and name it: as "
                "kernel, --initrd, --append, --dtb");
}

} // namespace

Result<std::optional<Bytes>> open_uki(Bytes file, std::uint16_t machine) {
    auto pe = TRY(parse_pe(file));
    if (!pe)
        return std::nullopt;
    auto kernel = std::ranges::find(pe->sections, ".linux", &PeSection::name);
    if (kernel == pe->sections.end())
        return std::nullopt;
    if (pe->machine != machine)
        return fail(Cause::unsupported,
                    fmt::format("this UKI is for {}, one for {} is needed", pe_machine_name(pe->machine),
                                pe_machine_name(machine)),
                    "name a kernel of this machine");
    TRY(check_other_parts(*pe));
    return TRY(contents_of(*kernel, file));
}

} // namespace kexec
