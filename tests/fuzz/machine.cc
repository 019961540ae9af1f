// SPDX-License-Identifier: GPL-2.0-or-later
// Any files of /proc and /sys, of each machine: what is understood of them can be planned for, with EDD, boot
// parameters, device tree and notes. The first byte chooses the machine, and whether a crash kernel is
// loaded. check() is a part of planning.
#include "arch/arch.h"
#include "tests/arch/ppc64/lpar.h"
#include "tests/formats/build_arm64.h"
#include "tests/formats/build_s390x.h"
#include "tests/fuzz/fuzz.h"
#include "tests/plan/kernels.h"

using namespace kexec;
using namespace kexec::fuzzing;
using namespace kexec::testing;

namespace {

const Image &kernel_of(const Arch &arch) {
    static const std::map<std::string_view, Image> kernels = [] {
        std::map<std::string_view, Image> images;
        auto add = [&](std::string_view name, const Buffer &file) {
            images.emplace(name, read_image(file_holding(file), arch_named(name)->formats).value());
        };
        add("x86_64", bzimage_file());
        add("arm64", build_arm64_image());
        add("ppc64", ppc64_vmlinux());
        add("s390x", build_s390x_image());
        return images;
    }();
    return kernels.at(arch.name);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    Input input(data, size);
    unsigned choice = input.byte();
    const Arch &arch = *all_archs()[choice % all_archs().size()];
    Settings settings;
    settings.call = Call::load;
    settings.purpose = choice / all_archs().size() % 2 ? Purpose::crash : Purpose::reboot;
    auto machine = arch.understand(snapshot_in(input));
    if (!answered(machine))
        return 0;
    require(machine->arch == arch.name);
    for (Range range : free_ram(*machine))
        require(machine->system_ram.contains(range));
    Request request{settings, *std::move(machine), kernel_of(arch), nullptr, nullptr, {}};
    if (auto decision = arch.plan(request); answered(decision))
        require(!decision->attempts.empty());
    return 0;
}
