// SPDX-License-Identifier: GPL-2.0-or-later
// By sanity_check_segment_list in kernel/kexec_core.c, Documentation/arch/x86/boot.rst and zero-page.rst,
// purgatory/parameters.h, and fs/proc/vmcore.c.
#include "tests/arch/x86_64/acceptance.h"

#include "base/compress.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec::testing {
namespace {

constexpr std::uint64_t page = 4096, four_gib = std::uint64_t{1} << 32;

// From `from` up to, not including, `to`.
struct Piece {
    std::uint64_t from, to;
};

Piece piece_of(Range range) { return {range.first(), range.last() + 1}; }
bool meet(Piece a, Piece b) { return a.from < b.to && b.from < a.to; }
bool holds(Piece outer, Piece inner) { return outer.from <= inner.from && inner.to <= outer.to; }
bool any_holds(const std::vector<Piece> &pieces, Piece inner) {
    return std::ranges::any_of(pieces, [&](Piece piece) { return holds(piece, inner); });
}

bool any_meets(const std::vector<Piece> &pieces, Piece other) {
    return std::ranges::any_of(pieces, [&](Piece piece) { return meet(piece, other); });
}

// Whether the pieces, which may touch each other, hold all of `inner` together.
bool together_hold(const std::vector<Piece> &pieces, Piece inner) {
    for (std::uint64_t at = inner.from; at < inner.to;) {
        auto next =
            std::ranges::find_if(pieces, [&](Piece piece) { return piece.from <= at && at < piece.to; });
        if (next == pieces.end())
            return false;
        at = next->to;
    }
    return true;
}

template <typename List> std::vector<Piece> pieces_of(const List &ranges) {
    std::vector<Piece> pieces;
    for (Range range : ranges)
        pieces.push_back(piece_of(range));
    return pieces;
}

std::vector<Piece> ram_of(const Machine &machine) {
    std::vector<Piece> pieces;
    for (const MemoryRange &entry : machine.memory)
        if (entry.type == MemoryType::ram)
            pieces.push_back(piece_of(entry.range));
    return pieces;
}

// gABI chapter 5: what PT_LOAD says is loaded, and nothing else.
std::vector<ElfSegment> loaded_of(const Elf &elf) {
    std::vector<ElfSegment> loaded;
    for (const ElfSegment &segment : elf.segments)
        if (segment.type == 1 && segment.memory_size != 0)
            loaded.push_back(segment);
    return loaded;
}

class Review {
public:
    Review(const SegmentLoad &plan, const Request &request)
        : plan_(plan), request_(request), crash_(request.settings.purpose == Purpose::crash) {}

    std::vector<std::string> faults() {
        kernel_takes_it();
        window_is_kept();
        pieces_are_there();
        if (!faults_.empty())
            return faults_; // what follows reads the pieces
        kernel_has_room();
        purgatory_is_told();
        parameters_are_sound();
        setup_data_is_sound();
        memory_map_is_right();
        if (crash_)
            core_header_is_right();
        return faults_;
    }

private:
    void expect(bool holds, std::string fault) {
        if (!holds)
            faults_.push_back(std::move(fault));
    }
    const Segment *find(std::string_view name) const {
        for (const Segment &segment : plan_.segments)
            if (segment.name.starts_with(name))
                return &segment;
        return nullptr;
    }
    template <typename T> std::uint64_t in(std::string_view segment, std::uint64_t at) {
        auto value = read_at<T>(find(segment)->bytes, at, "x");
        expect(value.has_value(), fmt::format("{} ends before {:#x}", segment, at));
        return value ? typename T::Value{*value} : 0;
    }
    std::uint64_t parameter32(std::uint64_t at) { return in<le32>("boot parameters", at); }
    std::uint64_t parameter64(std::uint64_t at) { return in<le64>("boot parameters", at); }
    Piece parameters() const {
        std::uint64_t first = find("boot parameters")->destination.first();
        return {first, first + find("boot parameters")->bytes.size()};
    }

    void kernel_takes_it() {
        expect(!plan_.segments.empty() && plan_.segments.size() <= 16, "there are not 1 to 16 segments");
        std::uint64_t pages = 0, all_pages = 0;
        for (Piece ram : pieces_of(request_.machine.system_ram))
            all_pages += (ram.to - ram.from) / page;
        for (const Segment &one : plan_.segments) {
            Piece place = piece_of(one.destination);
            pages += (place.to - place.from) / page;
            expect(place.from % page == 0 && place.to % page == 0, one.name + " is not in whole pages");
            expect(one.bytes.size() <= place.to - place.from, one.name + " has more bytes than room");
            expect(may_hold(place), one.name + " lies where it must not");
            for (const Segment &other : plan_.segments)
                expect(&one == &other || !meet(place, piece_of(other.destination)),
                       one.name + " meets " + other.name);
        }
        expect(pages <= all_pages / 2, "it takes more than half of memory");
    }

    // A crash kernel lies in the highest reservation; another in RAM to firmware and kernel both, on nobody's
    // data.
    bool may_hold(Piece place) const {
        const Machine &machine = request_.machine;
        if (crash_)
            return holds(piece_of(machine.crash_reservations.back()), place);
        return any_holds(ram_of(machine), place) && any_holds(pieces_of(machine.system_ram), place) &&
               !any_meets(pieces_of(machine.kept), place);
    }

    void window_is_kept() {
        for (const Segment &segment : plan_.segments)
            expect(request_.settings.window.first() <= segment.destination.first() &&
                       segment.destination.last() <= request_.settings.window.last(),
                   segment.name + " is outside the window");
    }

    void pieces_are_there() {
        for (std::string_view name : {"kernel", "boot parameters", "purgatory"})
            expect(find(name) != nullptr, fmt::format("there is no {}", name));
        expect((find("initrd") != nullptr) == (request_.initrd != nullptr),
               "the initrd is missing, or nobody's");
        expect((find("core header") != nullptr) == crash_, "the core header is missing, or nobody's");
    }

    // A bzImage has init_size bytes to itself, on a multiple of its alignment; a vmlinux moves as a whole by
    // 2 MiB steps.
    void kernel_has_room() {
        Piece place = piece_of(find("kernel")->destination);
        const auto *image = std::get_if<BzImage>(&request_.image.content);
        if (image && !entered_unpacked()) {
            expect(place.to - place.from >= image->init_size, "the kernel has no room to unpack");
            expect(!image->relocatable || place.from % image->kernel_alignment == 0,
                   "the kernel is not aligned");
            expect(place.from >= image->preferred_address || !image->relocatable, "the kernel lies too low");
            return;
        }
        std::size_t next = 0;
        std::uint64_t delta = 0;
        for (const ElfSegment &segment : loaded_of(vmlinux())) {
            const Segment *placed = find(fmt::format("kernel.{}", next));
            expect(placed != nullptr, "a part of the kernel is missing");
            if (!placed)
                return;
            std::uint64_t moved = placed->destination.first() - segment.physical_address;
            expect(next == 0 || moved == delta, "the kernel is torn apart");
            expect(placed->destination.size() >= segment.memory_size, "a part of the kernel has no room");
            delta = moved;
            next++;
        }
        expect(delta % 0x200000 == 0, "the kernel is moved by part of a large page");
    }

    bool entered_unpacked() const { return find("kernel.0") != nullptr; }

    // The file's own, or the one that was taken out of it.
    const Elf &vmlinux() {
        if (const auto *elf = std::get_if<Elf>(&request_.image.content))
            return *elf;
        Bytes packed = std::get<BzImage>(request_.image.content).payload.value();
        unpacked_ = decompress(packed, recognise_compression(packed).value(), 1 << 30).value();
        taken_out_ = read_elf(unpacked_).value();
        return *taken_out_;
    }

    bool is_32_bit() const {
        bool asked = request_.settings.has(OptionId::entry_32bit) || request_.image.format->name == "bzImage";
        const auto *elf = std::get_if<Elf>(&request_.image.content);
        return elf ? !elf->is_64_bit : asked;
    }

    void purgatory_is_told() {
        const Segment &purgatory = *find("purgatory");
        expect(plan_.entry == purgatory.destination.first(), "the purgatory is not entered first");
        std::uint64_t entry = in<le64>("purgatory", 0x100), argument = in<le64>("purgatory", 0x108);
        std::uint64_t flags = in<le32>("purgatory", 0x110);
        if (entered_unpacked())
            expect(entry - find("kernel.0")->destination.first() ==
                       vmlinux().entry - loaded_of(vmlinux()).at(0).physical_address,
                   "the kernel is entered elsewhere");
        else
            expect(entry == find("kernel")->destination.first() + (is_32_bit() ? 0 : 0x200),
                   "the kernel is entered elsewhere");
        expect(argument == parameters().from, "the kernel is given something else than its parameters");
        expect(((flags & 4) != 0) == is_32_bit(), "it is entered by the wrong door");
        if (is_32_bit())
            for (const Segment &segment : plan_.segments)
                expect(segment.name == "backup" || segment.name == "core header" ||
                           segment.destination.last() < four_gib,
                       segment.name + " is out of reach for 32 bits");
        const Segment *backup = find("backup");
        std::uint64_t saved = in<le64>("purgatory", 0x120);
        expect((backup != nullptr) == (saved != 0),
               "low memory is saved without a place, or a place is for nothing");
        if (backup) {
            expect(in<le64>("purgatory", 0x128) == backup->destination.first(),
                   "low memory is copied elsewhere");
            expect(saved <= backup->destination.size(), "low memory does not fit its copy");
        }
    }

    void parameters_are_sound() {
        std::uint64_t line = parameter32(0x228) | parameter32(0x0c8) << 32;
        Piece text{line, line + plan_.command_line.size() + 1};
        expect(holds(parameters(), text), "the command line is not with the parameters");
        std::uint64_t at = line - parameters().from;
        Bytes bytes = find("boot parameters")->bytes;
        expect(at < bytes.size() && text_until_nul(bytes.subspan(at)) == plan_.command_line,
               "the command line differs");
        std::uint64_t initrd = parameter32(0x218) | parameter32(0x0c0) << 32;
        std::uint64_t initrd_size = parameter32(0x21c) | parameter32(0x0c4) << 32;
        if (const Segment *segment = find("initrd")) {
            expect(initrd == segment->destination.first(), "the initrd is looked for elsewhere");
            expect(initrd_size == request_.initrd->bytes().size(), "the initrd has another size");
        } else {
            expect(initrd == 0 && initrd_size == 0, "there is no initrd, and one is told");
        }
    }

    void setup_data_is_sound() {
        std::uint64_t address = parameter64(0x250);
        for (int steps = 0; address != 0; steps++) {
            expect(steps < 8 && holds(parameters(), {address, address + 16}),
                   "the setup_data list leads astray");
            if (!faults_.empty())
                return;
            std::uint64_t at = address - parameters().from, length = parameter32(at + 12);
            expect(holds(parameters(), {address, address + 16 + length}),
                   "a setup_data node leaves the parameters");
            if (parameter32(at + 8) == 1)
                for (std::uint64_t entry = 0; entry + 20 <= length; entry += 20)
                    take_e820(at + 16 + entry);
            address = parameter64(at);
        }
    }
    void take_e820(std::uint64_t at) {
        std::uint64_t address = parameter64(at);
        Piece piece{address, address + parameter64(at + 8)};
        (parameter32(at + 16) == 1 ? ram_told_ : rest_told_).push_back(piece);
    }

    void memory_map_is_right() {
        for (std::uint64_t i = 0; i < in<Stored<std::uint8_t, std::endian::little>>("boot parameters", 0x1e8);
             i++)
            take_e820(0x2d0 + 20 * i);
        expect(ram_told_.size() + rest_told_.size() >= request_.machine.memory.size() || crash_,
               "memory is lost");
        for (const MemoryRange &entry : request_.machine.memory)
            if (entry.type != MemoryType::ram)
                expect(any_holds(rest_told_, piece_of(entry.range)),
                       "a kind of memory is kept from the new kernel");
        for (const Segment &segment : plan_.segments) {
            bool kept_from_it = segment.name == "backup" || segment.name == "core header";
            expect(any_holds(kept_from_it ? rest_told_ : ram_told_, piece_of(segment.destination)),
                   segment.name + " is not in the memory that the new kernel is told of");
        }
        for (Piece ram : ram_told_)
            expect(crash_ ? is_ours(ram) : any_holds(ram_of(request_.machine), ram),
                   "RAM is told that is not there to use");
    }
    // Whether all of the piece is the crash kernel's to use: reserved for it, or saved before it starts.
    bool is_ours(Piece piece) {
        std::vector<Piece> ours = pieces_of(request_.machine.crash_reservations);
        std::uint64_t source = in<le64>("purgatory", 0x118);
        ours.push_back({source, source + in<le64>("purgatory", 0x120)});
        return together_hold(ours, piece);
    }

    // Every byte of RAM outside the reservations is in exactly one PT_LOAD with a direct-map address.
    void core_header_is_right() {
        std::uint64_t first = find("core header")->destination.first();
        expect((" " + plan_.command_line + " ").find(fmt::format(" elfcorehdr={}K ", first / 1024)) !=
                   std::string::npos,
               "the core header is looked for elsewhere");
        expect(first % 1024 == 0, "the core header's address is no whole number of KiB");
        std::uint64_t total = 0, expected = 0;
        std::vector<Piece> system_ram = pieces_of(request_.machine.system_ram);
        for (std::uint64_t i = 0; i < in<le16>("core header", 56); i++) {
            std::uint64_t at = 64 + 56 * i, address = in<le64>("core header", at + 24),
                          size = in<le64>("core header", at + 40);
            if (in<le32>("core header", at) != 1 || in<le64>("core header", at + 16) >= 0xffffffff80000000)
                continue; // a note, or the kernel's text, which is in RAM that is told a second time
            total += size;
            expect(any_holds(system_ram, {address, address + size}), "something that is not RAM is dumped");
            bool moved = in<le64>("core header", at + 8) != address;
            expect(moved == (address < 0xa0000 && is_saved(address)),
                   "memory is looked for elsewhere in the dump");
        }
        for (Piece ram : system_ram)
            expected += ram.to - ram.from;
        for (Piece reserved : pieces_of(request_.machine.crash_reservations))
            expected -= reserved.to - reserved.from;
        expect(total == expected, "the dump does not have all of memory");
    }
    bool is_saved(std::uint64_t address) {
        std::uint64_t source = in<le64>("purgatory", 0x118), size = in<le64>("purgatory", 0x120);
        return address >= source && address - source < size;
    }

    const SegmentLoad &plan_;
    const Request &request_;
    bool crash_;
    std::vector<Piece> ram_told_, rest_told_;
    Buffer unpacked_;
    std::optional<Elf> taken_out_;
    std::vector<std::string> faults_;
};

// Of the room there is, what nobody else has a part of.
std::vector<Piece> free_pieces(const Request &request) {
    const Machine &machine = request.machine;
    if (request.settings.purpose == Purpose::crash)
        return {piece_of(machine.crash_reservations.back())};
    std::vector<Piece> free;
    for (Piece ram : pieces_of(machine.system_ram))
        if (any_holds(ram_of(machine), ram) && !any_meets(pieces_of(machine.kept), ram))
            free.push_back(ram);
    return free;
}

} // namespace

std::vector<std::string> faults_of(const SegmentLoad &plan, const Request &request) {
    return Review(plan, request).faults();
}

bool has_obvious_room(const Request &request) {
    // For parameters, purgatory, core header and the copy of low memory.
    constexpr std::uint64_t odds_and_ends = 0x400000;
    const auto *image = std::get_if<BzImage>(&request.image.content);
    std::uint64_t kernel = 0x2000000, alignment = 0x200000, lowest = 0x1000000, end = UINT64_MAX;
    if (image) {
        kernel = image->init_size;
        alignment = image->kernel_alignment;
        lowest = std::max(lowest, image->preferred_address);
        if (request.settings.has(OptionId::entry_32bit))
            end = std::min<std::uint64_t>(0x38000000, image->initrd_last);
    }
    // A vmlinux that lies where it was linked may have the room for the initrd to either side.
    std::uint64_t initrd = request.initrd ? request.initrd->bytes().size() * (image ? 1 : 2) : 0;
    std::uint64_t needed = kernel + 2 * alignment + initrd + 2 * odds_and_ends, all = 0, largest = 0;
    for (Piece ram : pieces_of(request.machine.system_ram))
        all += ram.to - ram.from;
    for (Piece free : free_pieces(request)) {
        free.from = std::max({free.from, lowest, request.settings.window.first()});
        free.to = std::min({free.to, end, request.settings.window.last()});
        largest = std::max(largest, free.to > free.from ? free.to - free.from : 0);
    }
    return largest >= needed && needed <= all / 2;
}

} // namespace kexec::testing
