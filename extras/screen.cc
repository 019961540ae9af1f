// SPDX-License-Identifier: GPL-2.0-or-later
// On x86_64 screen_info, which the boot parameters start with (include/uapi/linux/screen_info.h), is handed
// on as the running kernel was given it. A driver of the graphics card itself may have set another mode
// since: then the claim that the generic driver had on the frame buffer ("BOOTFB" and others in /proc/iomem,
// drivers/firmware/sysfb_simplefb.c) is gone. With a device tree it is a node of /chosen.
#include "extras/screen.h"

#include "base/devicetree.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {
namespace {

constexpr std::uint8_t text_as_set_up = 1, first_text = 0x10, last_text = 0x22, vesa = 0x23, efi = 0x70;

bool is_text(std::uint8_t kind) {
    return kind == text_as_set_up || (first_text <= kind && kind <= last_text);
}

bool has_generic_driver(const Machine &machine) {
    return std::ranges::any_of(machine.resources, [](const ResourceLine &line) {
        return line.name == "BOOTFB" || line.name == "efifb" || line.name == "vesafb" ||
               line.name == "simplefb";
    });
}

Result<std::string> frame_buffer(Bytes screen, const Machine &machine) {
    unsigned width = TRY(read_at<le16>(screen, 0x12, "screen_info"));
    unsigned height = TRY(read_at<le16>(screen, 0x14, "screen_info"));
    unsigned depth = TRY(read_at<le16>(screen, 0x16, "screen_info"));
    std::uint64_t low = TRY(read_at<le32>(screen, 0x18, "screen_info"));
    std::uint64_t high = TRY(read_at<le32>(screen, 0x3a, "screen_info"));
    std::string text =
        fmt::format("frame buffer of {}x{} in {} bits at {:#x}", width, height, depth, high << 32 | low);
    if (has_generic_driver(machine))
        return text + ", which this kernel draws on by a generic driver: the new kernel's (simpledrm, efifb) "
                      "can go on with it";
    return text +
           ", which nothing of this kernel claims: where the card's own driver has changed the mode, the "
           "screen stays dark until the new kernel has that driver";
}

Result<std::string> of_boot_parameters(Bytes screen, const Machine &machine) {
    std::uint8_t kind = TRY(read_at<std::uint8_t>(screen, 0x0f, "screen_info"));
    if (is_text(kind))
        return std::string("text mode of a VGA card, if no driver has changed it since this kernel's start");
    if (kind == vesa || kind == efi)
        return frame_buffer(screen, machine);
    return std::string("none: firmware set none up");
}

std::string of_tree(Bytes blob) {
    auto tree = DeviceTree::read(blob);
    if (tree && tree->find_compatible("simple-framebuffer"))
        return "frame buffer that the device tree names (simple-framebuffer)";
    return "none that firmware set up: drivers of the new kernel have to find it";
}

struct OfMachine {
    const Machine &machine;
    std::string operator()(const std::monostate &) const { return "none: the machine has consoles of lines"; }
    std::string operator()(const X86_64Facts &facts) const {
        return of_boot_parameters(facts.boot_params, machine)
            .value_or("not known: the boot parameters of the running kernel cannot be read");
    }
    std::string operator()(const Arm64Facts &facts) const { return of_tree(facts.device_tree); }
    std::string operator()(const Ppc64Facts &facts) const { return of_tree(facts.device_tree); }
};

} // namespace

std::string screen_expectation(const Machine &machine) { return std::visit(OfMachine{machine}, machine.own); }

} // namespace kexec
