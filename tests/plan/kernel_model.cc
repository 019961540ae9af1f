// SPDX-License-Identifier: GPL-2.0-or-later
// By kernel/kexec.c (kexec_load_check, do_kexec_load, kimage_alloc_init), kernel/kexec_core.c
// (sanity_check_segment_list), kernel/kexec_file.c (kimage_file_alloc_init, kimage_file_prepare_segments),
// arch/powerpc/kexec/core_64.c (machine_kexec_prepare) and arch/x86/kernel/kexec-bzimage64.c.
#include "tests/plan/kernel_model.h"

#include <elf.h>
#include <fmt/format.h>
#include <map>

namespace kexec::testing {
namespace {

// The bits that a kernel of the newest release knows.
constexpr std::uint32_t load_bits = 0x1f, file_bits = 0x3f, architecture_bits = 0xffff0000;
constexpr std::uint64_t segment_limit = 16, elfcorehdr_word = 30;

struct Kernel {
    std::uint64_t page, pages_of_ram;
    std::uint64_t crash_from = 1, crash_to = 0; // last byte; from > to: nothing is reserved
    std::uint64_t own_end = 0;                  // ppc64: nothing may be put below, where the kernel runs
    std::vector<std::pair<std::uint64_t, std::uint64_t>>
        in_use; // ppc64: tables that must stay, to the last byte
    std::uint16_t elf_machine = 0;
};

Kernel kernel_of(const Machine &machine) {
    const std::map<std::string_view, std::uint16_t> machines = {
        {"x86_64", EM_X86_64}, {"arm64", EM_AARCH64}, {"ppc64", EM_PPC64}, {"s390x", EM_S390}};
    Kernel kernel{.page = 4096, .pages_of_ram = 0, .in_use = {}, .elf_machine = machines.at(machine.arch)};
    if (const auto *arm64 = std::get_if<Arm64Facts>(&machine.own))
        kernel.page = arm64->page_size;
    if (const auto *ppc64 = std::get_if<Ppc64Facts>(&machine.own)) {
        kernel.page = ppc64->page_size;
        kernel.own_end = ppc64->kernel_end.value_or(0);
        for (const FirmwareMemory &each : ppc64->firmware)
            if (each.use == FirmwareUse::tce || each.use == FirmwareUse::hash_table)
                kernel.in_use.emplace_back(each.range.first(), each.range.last());
    }
    std::uint64_t bytes = 0;
    for (Range range : machine.system_ram)
        bytes += range.last() - range.first() + 1;
    kernel.pages_of_ram = bytes / kernel.page;
    if (!machine.crash_reservations.empty()) {
        kernel.crash_from = machine.crash_reservations.back().first();
        kernel.crash_to = machine.crash_reservations.back().last();
    }
    return kernel;
}

// A segment as the call has it: kexec_segment's mem, memsz and bufsz.
struct Row {
    std::uint64_t mem, memsz, bufsz;
    std::uint64_t last() const { return mem + memsz - 1; }
};

class Gate {
public:
    Gate(const SegmentLoad &plan, const Request &request)
        : plan_(plan),
          crash_(request.settings.purpose == Purpose::crash),
          kernel_(kernel_of(request.machine)) {
        for (const Segment &segment : plan.segments)
            rows_.push_back({segment.destination.first(),
                             segment.destination.last() - segment.destination.first() + 1,
                             segment.bytes.size()});
    }

    std::vector<std::string> refusals() {
        check_call();
        for (const Row &row : rows_)
            check_alone(row);
        check_together();
        if (crash_)
            check_in_reservation();
        for (const Row &row : rows_)
            check_against_running_kernel(row);
        return refusals_;
    }

private:
    void refuse(bool is_wrong, const char *number, const std::string &why) {
        if (is_wrong)
            refusals_.push_back(fmt::format("{}: {}", number, why));
    }

    void check_call() {
        std::uint32_t machine = (plan_.flags & architecture_bits) >> 16;
        refuse((plan_.flags & ~architecture_bits & ~load_bits) != 0, "EINVAL", "a flag that nobody knows");
        refuse(machine != 0 && machine != kernel_.elf_machine, "EINVAL",
               "the flags are of another architecture");
        refuse(((plan_.flags & 1) != 0) != crash_, "EINVAL", "KEXEC_ON_CRASH does not say what is meant");
        refuse(rows_.size() > segment_limit, "EINVAL", fmt::format("{} segments", rows_.size()));
        refuse(rows_.empty(), "nothing", "no segment means to unload");
    }

    void check_alone(const Row &row) {
        std::string name = fmt::format("the segment at {:#x}", row.mem);
        refuse(row.mem + row.memsz < row.mem, "EADDRNOTAVAIL", name + " wraps");
        refuse(row.mem % kernel_.page != 0, "EADDRNOTAVAIL", name + " starts inside a page");
        refuse((row.mem + row.memsz) % kernel_.page != 0, "EADDRNOTAVAIL", name + " ends inside a page");
        refuse(row.bufsz > row.memsz, "EINVAL", name + " has more bytes than memory");
        refuse(row.memsz / kernel_.page > kernel_.pages_of_ram / 2, "EINVAL", name + " takes half of memory");
    }

    void check_together() {
        std::uint64_t pages = 0;
        for (std::size_t i = 0; i < rows_.size(); i++) {
            pages += rows_[i].memsz / kernel_.page;
            for (std::size_t j = 0; j < i; j++)
                refuse(rows_[i].mem <= rows_[j].last() && rows_[j].mem <= rows_[i].last(), "EINVAL",
                       fmt::format("the segments at {:#x} and {:#x} overlap", rows_[j].mem, rows_[i].mem));
        }
        refuse(pages > kernel_.pages_of_ram / 2, "EINVAL", "all together take half of memory");
    }

    void check_in_reservation() {
        refuse(plan_.entry < kernel_.crash_from || plan_.entry > kernel_.crash_to, "EADDRNOTAVAIL",
               fmt::format("the entry {:#x} is not in the reservation", plan_.entry));
        for (const Row &row : rows_)
            refuse(row.mem < kernel_.crash_from || row.last() > kernel_.crash_to, "EADDRNOTAVAIL",
                   fmt::format("the segment at {:#x} is not in the reservation", row.mem));
    }

    void check_against_running_kernel(const Row &row) {
        refuse(row.mem < kernel_.own_end, "ETXTBSY", fmt::format("{:#x} is the running kernel's", row.mem));
        for (auto [first, last] : kernel_.in_use)
            refuse(row.mem <= last && first <= row.last(), "ETXTBSY",
                   fmt::format("the segment at {:#x} lies on a table in use", row.mem));
    }

    const SegmentLoad &plan_;
    bool crash_;
    Kernel kernel_;
    std::vector<Row> rows_;
    std::vector<std::string> refusals_;
};

// bzImage64_load: the length counts the NUL, and a crash kernel is told elfcorehdr= besides.
bool is_too_long(const FileLoad &plan, const Request &request) {
    const auto *image = std::get_if<BzImage>(&request.image.content);
    if (!image)
        return false;
    std::uint64_t length = plan.command_line.size() + 1;
    if (request.settings.purpose == Purpose::crash)
        length += elfcorehdr_word;
    return length > image->command_line_size;
}

} // namespace

std::vector<std::string> kernel_refusals(const SegmentLoad &plan, const Request &request) {
    return Gate(plan, request).refusals();
}

std::vector<std::string> kernel_refusals(const FileLoad &plan, const Request &request) {
    std::vector<std::string> refusals;
    auto refuse = [&](bool is_wrong, const char *why) {
        if (is_wrong)
            refusals.emplace_back(why);
    };
    bool crash = request.settings.purpose == Purpose::crash;
    refuse((plan.flags & ~file_bits) != 0, "EINVAL: a flag that nobody knows");
    refuse((plan.flags & 1) != 0, "nothing: KEXEC_FILE_UNLOAD loads nothing");
    refuse(((plan.flags & 2) != 0) != crash, "EINVAL: KEXEC_FILE_ON_CRASH does not say what is meant");
    refuse(((plan.flags & 4) != 0) != (plan.initrd == nullptr),
           "EBADF: KEXEC_FILE_NO_INITRAMFS and the initrd disagree");
    refuse(plan.command_line.find('\0') != std::string::npos, "EINVAL: the command line ends early");
    refuse(is_too_long(plan, request), "EINVAL: the command line is too long");
    refuse((plan.unpacked ? plan.unpacked->size() : plan.kernel->bytes().size()) == 0, "ENOEXEC: no kernel");
    return refusals;
}

std::vector<std::string> kernel_refusals(const Decision &decision, const Request &request) {
    std::vector<std::string> all;
    for (const Attempt &attempt : decision.attempts) {
        auto refusals =
            std::visit([&](const auto &plan) { return kernel_refusals(plan, request); }, attempt.plan);
        all.insert(all.end(), refusals.begin(), refusals.end());
    }
    return all;
}

} // namespace kexec::testing
