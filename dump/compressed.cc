// SPDX-License-Identifier: GPL-2.0-or-later
// The kdump-compressed format, by the structures and the text on it in makedumpfile's IMPLEMENTATION and
// diskdump_mod.h. Numbers are stored as the crashed machine had them, and the sizes of long and of off_t's
// alignment differ: the headers are read by tables of offsets.
#include "dump/compressed.h"

#include "base/compress_page.h"
#include "dump/compressed_header.h"
#include "dump/fault.h"
#include "dump/page_rank.h"

#include <algorithm>
#include <array>
#include <bit>
#include <fmt/core.h>

namespace kexec {

namespace {

// A descriptor: offset (8), size (4), flags (4), and the page's own flags (8).
constexpr std::uint64_t descriptor_size = 24;
enum Flag : std::uint32_t {
    packed_by_zlib = 0x1,
    packed_by_lzo = 0x2,
    packed_by_snappy = 0x4,
    packed_by_zstd = 0x20,
    packed = packed_by_zlib | packed_by_lzo | packed_by_snappy | packed_by_zstd,
};

PageCompression compression_of(std::uint64_t flags) {
    if (flags & packed_by_zlib)
        return PageCompression::zlib;
    if (flags & packed_by_lzo)
        return PageCompression::lzo;
    return flags & packed_by_snappy ? PageCompression::snappy : PageCompression::zstd;
}

class CompressedCore : public Core {
public:
    CompressedCore(DumpSource &source, const CompressedHeader &header, PageRank rank)
        : source_(source), header_(header), rank_(std::move(rank)) {
        machine = header.machine;
        foreign = header.foreign;
        phys_base = header.phys_base;
    }

    bool holds(Place place) const override;
    Result<std::size_t> read(Place place, MutableBytes target) override;

private:
    struct Page {
        std::uint64_t frame = 0;
        std::uint64_t last_use = 0; // 0: empty
        Buffer bytes;
    };
    Result<const Page *> page_at(std::uint64_t frame);
    Result<void> unpack(std::uint64_t frame, MutableBytes page);

    DumpSource &source_;
    CompressedHeader header_;
    mutable PageRank rank_;
    std::array<Page, 16> pages_; // the arrays of the log, and the tables on the way to each
    std::uint64_t uses_ = 0;
};

bool CompressedCore::holds(Place place) const {
    if (!place.is_physical)
        return false;
    auto rank = rank_.of(source_, place.address / header_.block_size);
    return rank && rank->has_value();
}

Result<void> CompressedCore::unpack(std::uint64_t frame, MutableBytes page) {
    auto rank = TRY(rank_.of(source_, frame));
    if (!rank)
        return fail_dump(Fault::unmapped, fmt::format("the dump does not hold the page frame {:#x}", frame));
    Buffer bytes(descriptor_size);
    TRY(read_all(source_, header_.descriptors + *rank * descriptor_size, bytes, "a page's descriptor"));
    std::uint64_t offset = foreign.number(bytes, 0, 8), size = foreign.number(bytes, 8, 4),
                  flags = foreign.number(bytes, 12, 4);
    // IMPLEMENTATION: a page that an incomplete dump lost has 0 for its offset.
    if (offset == 0 || size == 0 || size > page.size())
        return fail_dump(Fault::read, fmt::format("the page frame {:#x} is lost: its descriptor has offset "
                                                  "{:#x} and size {}",
                                                  frame, offset, size));
    if (!(flags & packed)) {
        std::ranges::fill(page.subspan(size), std::byte{0});
        return read_all(source_, offset, page.first(size), "a page");
    }
    Buffer stored(size);
    TRY(read_all(source_, offset, stored, "a page"));
    return unpack_page(stored, compression_of(flags), page);
}

Result<const CompressedCore::Page *> CompressedCore::page_at(std::uint64_t frame) {
    for (Page &page : pages_)
        if (page.last_use != 0 && page.frame == frame) {
            page.last_use = ++uses_;
            return &page;
        }
    Page &page = *std::ranges::min_element(pages_, {}, &Page::last_use);
    page.last_use = 0;
    page.bytes.resize(header_.block_size);
    TRY(unpack(frame, page.bytes));
    page.frame = frame;
    page.last_use = ++uses_;
    return &page;
}

Result<std::size_t> CompressedCore::read(Place place, MutableBytes target) {
    if (!place.is_physical)
        return fail_dump(Fault::unmapped, "a compressed dump is read by physical addresses");
    std::uint64_t inside = place.address % header_.block_size;
    const Page *page = TRY(page_at(place.address / header_.block_size));
    std::size_t size = std::min<std::size_t>(target.size(), page->bytes.size() - inside);
    std::ranges::copy(Bytes(page->bytes).subspan(inside, size), target.begin());
    return size;
}

} // namespace

bool is_compressed_dump(Bytes head) {
    return starts_with(head, as_bytes("KDUMP   ")) || starts_with(head, as_bytes("DISKDUMP"));
}

Result<std::unique_ptr<Core>> open_compressed_dump(DumpSource &source, std::vector<std::string> &notes) {
    CompressedHeader header = TRY(read_compressed_header(source, notes));
    PageRank rank = TRY(
        PageRank::count(source, {header.bitmap, header.frames, header.first_frame, header.end_frame}, notes));
    auto core = std::make_unique<CompressedCore>(source, header, std::move(rank));
    if (header.vmcoreinfo.size > 0) {
        Buffer text(header.vmcoreinfo.size);
        if (auto got = source.read(header.vmcoreinfo.offset, text); got)
            core->info = Vmcoreinfo(as_text(text).substr(0, *got));
    }
    return core;
}

} // namespace kexec
