// SPDX-License-Identifier: GPL-2.0-or-later
// The plan on s390x, from a request to a decision. Reading order: plan_s390x, then plan_segments. Everything
// has an address in the new kernel's own memory, which starts at 0; `base` is where that memory lies when the
// kernel is loaded: at 0, or for a crash kernel at the start of the reservation.
#include "arch/s390x/options.h"
#include "arch/s390x/s390x.h"
#include "plan/check.h"
#include "plan/choice.h"
#include "plan/purgatory.h"
#include "plan/segment_load.h"
#include "purgatory/blobs.h"

#include <algorithm>
#include <elf.h>
#include <fmt/core.h>

namespace kexec {
namespace {

constexpr std::uint64_t page = 4096, mebibyte = 1 << 20;
// Below lies the lowcore, two pages on every machine.
constexpr std::uint64_t lowest_purgatory = 0x2000;
// For a reboot the purgatory's address stands in a short PSW, of 31 bits
// (arch/s390/kernel/relocate_kernel.S).
constexpr std::uint64_t last_31_bit = 0x7fffffff;
// Where boot loaders put an initrd, if the kernel does not reach further. What the image unpacks may well
// reach it: the kernel then moves the initrd (rescue_initrd in arch/s390/boot/startup.c).
constexpr std::uint64_t usual_initrd = 0x800000;

// Everything that is known of a load while it is being put together.
struct Load {
    const Request &request;
    const S390xImage &image;
    bool crash;
    std::uint64_t base;
    Placer placer;
    std::optional<Range> initrd; // loaded, to the byte
    SegmentLoad plan;
};

const S390xImage &image_of(const Request &request) { return std::get<S390xImage>(request.image.content); }

Range reservation_of(const Request &request) { return request.machine.crash_reservations.back(); }

// --- what must hold for either system call

// The kernel's file call counts the NUL twice (kexec_file_add_components in
// arch/s390/kernel/machine_kexec_file.c).
Result<void> check_command_line(const Request &request) {
    std::uint64_t limit = image_of(request).command_line_size - 1;
    if (request.settings.call == Call::file_load && limit > 0)
        limit--;
    return kexec::check_command_line(request.settings.command_line, limit);
}

Result<void> check_crash(const Request &request) {
    TRY(check_reservation(request.machine));
    Range reserved = reservation_of(request);
    if (!image_of(request).starts_in_a_crash)
        return fail(Cause::unsupported,
                    "this kernel cannot start after a crash: it was built without CONFIG_CRASH_DUMP",
                    "name a kernel that has it");
    // reserve_crashkernel() in arch/s390/kernel/setup.c sees to it.
    if (reserved.first() < reserved.size() || !is_aligned(reserved.first(), page) ||
        !is_aligned(reserved.size(), page))
        return fail(
            Cause::no_room,
            fmt::format("the crash reservation {} cannot change places with the memory from 0 on, which a "
                        "crash kernel runs in: it overlaps it, or is not made of whole pages",
                        to_string(reserved)),
            "reserve memory with crashkernel=SIZE, without an address");
    return {};
}

// --- placing

// From the new kernel's address to where it is loaded; nothing where that passes the end of the address
// space.
std::optional<Range> loaded_at(const Load &load, std::uint64_t first, std::uint64_t last) {
    if (last > UINT64_MAX - load.base)
        return std::nullopt;
    return Range::between(load.base + first, load.base + last);
}

Failure no_place(std::uint64_t address, std::uint64_t size) {
    return fail(Cause::no_room,
                fmt::format("the kernel has {:#x} bytes for {:#x}, where no memory is", size, address),
                "name another file");
}

Result<Range> place_piece(Load &load, const S390xPiece &piece) {
    auto size = align_up(piece.size, page);
    auto own = size ? Range::sized(piece.address, *size) : std::nullopt;
    auto place = own ? loaded_at(load, own->first(), own->last()) : std::nullopt;
    if (!place)
        return no_place(piece.address, piece.size);
    return load.placer.exactly("the kernel", *place);
}

// The pages of the first piece that hold entry, parameters and command line: these alone are copied and
// filled in, the rest is loaded as it lies in the file.
std::uint64_t head_size(const S390xImage &image) {
    std::uint64_t used = s390x_layout::command_line + image.command_line_size - s390x_layout::entry;
    return align_down(used + page - 1, page); // it lies in the file, so nothing wraps
}

Result<void> place_kernel(Load &load) {
    std::uint64_t head = head_size(load.image), number = 0;
    for (const S390xPiece &piece : load.image.pieces) {
        Range place = TRY(place_piece(load, piece));
        Bytes bytes = piece.bytes;
        if (&piece == &load.image.pieces.front()) {
            if (place.size() <= head)
                continue;
            bytes = bytes.subspan(std::min<std::uint64_t>(head, bytes.size()));
            place = *Range::between(place.first() + head, place.last());
        }
        std::string name = number == 0 ? "kernel" : fmt::format("kernel.{}", number);
        load.plan.segments.push_back({.name = name, .destination = place, .bytes = bytes});
        number++;
    }
    return {};
}

Result<void> place_initrd(Load &load) {
    auto find = [&](std::string_view name, std::uint64_t size) -> Result<Range> {
        auto behind = align_up(load.image.end, mebibyte);
        auto window = behind ? loaded_at(load, std::max(*behind, usual_initrd), UINT64_MAX - 1 - load.base)
                             : std::nullopt;
        if (!window)
            return no_place(load.image.end, 0);
        return load.placer.lowest(name, size, mebibyte, *window);
    };
    load.initrd = TRY(add_initrd(load.plan, load.request, find));
    return {};
}

// --- what the new kernel and the purgatory are told

S390xParameters parameters_of(const Load &load, Bytes head) {
    S390xParameters parameters{};
    std::memcpy(&parameters, head.subspan(s390x_layout::parameters - s390x_layout::entry).data(),
                sizeof parameters);
    parameters.initrd_start = load.initrd ? load.initrd->first() - load.base : 0;
    parameters.initrd_size = load.initrd ? load.initrd->size() : 0;
    parameters.oldmem_base = load.base;
    parameters.oldmem_size = load.crash ? reservation_of(load.request).size() : 0;
    return parameters;
}

// An image has a command line of its own, which stands where none is given.
void write_command_line(Buffer &head, const std::string &text) {
    if (text.empty())
        return;
    MutableBytes room = MutableBytes(head).subspan(s390x_layout::command_line - s390x_layout::entry);
    std::ranges::copy(as_bytes(text), room.begin());
    room[text.size()] = std::byte{0};
}

void add_head(Load &load) {
    Bytes bytes = load.image.pieces.front().bytes;
    std::uint64_t size = head_size(load.image);
    bytes = bytes.first(std::min<std::uint64_t>(size, bytes.size()));
    auto head = std::make_shared<Buffer>(bytes.begin(), bytes.end());
    S390xParameters parameters = parameters_of(load, *head);
    write_at(*head, s390x_layout::parameters - s390x_layout::entry, parameters);
    write_command_line(*head, load.request.settings.command_line);
    Range place = *Range::sized(load.base + s390x_layout::entry, size); // place_kernel has taken it
    load.plan.segments.push_back({.name = "parameters", .destination = place, .bytes = *head});
    load.plan.storage.push_back(head);
    load.plan.notes.push_back(
        fmt::format("told: initrd {:#x}, {:#x} bytes; oldmem {:#x}, {:#x} bytes",
                    std::uint64_t{parameters.initrd_start}, std::uint64_t{parameters.initrd_size},
                    std::uint64_t{parameters.oldmem_base}, std::uint64_t{parameters.oldmem_size}));
}

PurgatorySettings purgatory_settings(const Load &load) {
    PurgatorySettings told{};
    told.entry = load.crash ? s390x_layout::crash_entry : s390x_layout::entry;
    if (!load.request.settings.checks)
        told.flags |= purgatory::flag::skip_checks;
    if (load.crash) {
        told.flags |= purgatory::flag::panic;
        told.machine[purgatory::s390x_word::crash_base] = load.base;
        told.machine[purgatory::s390x_word::crash_size] = reservation_of(load.request).size();
    }
    return told;
}

// At a crash it moves house in the middle of the exchange, and needs as much room again as it takes itself.
Result<void> place_purgatory(Load &load) {
    load.plan.purgatory = prepare_purgatory(purgatory_s390x, std::endian::big, purgatory_settings(load));
    load.plan.order = std::endian::big;
    std::uint64_t size = align_down(load.plan.purgatory->size() + page - 1, page);
    auto window = loaded_at(load, lowest_purgatory, load.crash ? UINT64_MAX - 1 - load.base : last_31_bit);
    if (!window)
        return no_place(lowest_purgatory, size);
    Range place = TRY(load.placer.lowest("the purgatory", load.crash ? 2 * size : size, page, *window));
    add_purgatory(load.plan, load.request, place);
    return {};
}

Load start(const Request &request) {
    bool crash = request.settings.purpose == Purpose::crash;
    return Load{.request = request,
                .image = image_of(request),
                .crash = crash,
                .base = crash ? reservation_of(request).first() : 0,
                .placer = placer_for(request, page),
                .initrd = {},
                .plan = {}};
}

Result<SegmentLoad> plan_segments(const Request &request) {
    Load load = start(request);
    TRY(place_kernel(load));
    TRY(place_initrd(load));
    add_head(load);
    TRY(place_purgatory(load));
    load.plan.command_line = request.settings.command_line;
    // The kernel makes the crash kernel's core header itself: nothing changes with --hotplug.
    return complete(std::move(load.plan), request, EM_S390, 0, page);
}

} // namespace

Result<Decision> plan_s390x(const Request &request) {
    if (request.settings.purpose == Purpose::crash)
        TRY(check_crash(request));
    TRY(check_command_line(request));
    return decide(request, s390x_options(),
                  [&](std::vector<std::string> &) { return plan_segments(request); });
}

} // namespace kexec
