// SPDX-License-Identifier: GPL-2.0-or-later
// The requests are those of each architecture's own tests, with the image put in.
#include "tests/damage/loaders.h"

#include "tests/arch/arm64/acceptance.h"
#include "tests/arch/arm64/board.h"
#include "tests/arch/ppc64/acceptance.h"
#include "tests/arch/ppc64/lpar.h"
#include "tests/arch/x86_64/acceptance.h"
#include "tests/formats/build_arm64.h"
#include "tests/formats/build_s390x.h"
#include "tests/plan/kernels.h"
#include "tests/plan/requests.h"

namespace kexec::testing {
namespace {

Request with_image(Request request, Image image) {
    request.image = std::move(image);
    return request;
}

Machine mainframe() {
    Machine machine;
    machine.arch = "s390x";
    machine.memory.add(sized(0, 0x40000000), MemoryType::ram);
    machine.system_ram = {sized(0, 0x40000000)};
    return machine;
}

} // namespace

Loader pc_loader() {
    return {.arch = "x86_64",
            .request =
                [](Image image) {
                    return with_image(request_to_load(pc(), bzimage_file()), std::move(image));
                },
            .faults_of = faults_of};
}

Loader board_loader() {
    return {.arch = "arm64",
            .request =
                [](Image image) {
                    return with_image(request_on_board(board(), build_arm64_image()), std::move(image));
                },
            .faults_of = arm64_faults_of};
}

Loader lpar_loader() {
    return {.arch = "ppc64",
            .request =
                [](Image image) {
                    return with_image(request_on_lpar(lpar(), ppc64_vmlinux()), std::move(image));
                },
            .faults_of = ppc64_faults_of};
}

Loader mainframe_loader() {
    return {.arch = "s390x",
            .request =
                [](Image image) {
                    Settings settings;
                    settings.call = Call::load;
                    settings.command_line = "root=/dev/vda1 quiet";
                    return Request{settings, mainframe(), std::move(image), nullptr, nullptr, {}};
                },
            .faults_of = usual_faults_of};
}

} // namespace kexec::testing
