// SPDX-License-Identifier: GPL-2.0-or-later
// fuzz-seeds DIRECTORY [MACHINE-FOLDER [KERNEL...]]: writes inputs to start fuzzing from to
// DIRECTORY/TARGET/: files as the tests build them, the machines of MACHINE-FOLDER (tests/machines), and the
// headers of real kernels, without their code.
#include "arch/arch.h"
#include "base/file.h"
#include "image/pe.h"
#include "tests/arch/ppc64/lpar.h"
#include "tests/formats/build_arm64.h"
#include "tests/formats/build_bzimage.h"
#include "tests/formats/build_elf.h"
#include "tests/formats/build_fit.h"
#include "tests/formats/build_pe.h"
#include "tests/formats/build_s390x.h"
#include "tests/formats/build_signature.h"
#include "tests/support/bundle.h"
#include "tests/support/files.h"
#include "tests/support/pack.h"

#include <algorithm>
#include <elf.h>
#include <filesystem>
#include <fmt/core.h>
#include <fstream>

using namespace kexec;
using namespace kexec::testing;

namespace {

std::filesystem::path directory;

void write(std::string_view target, std::string_view name, Bytes content) {
    std::filesystem::path folder = directory / target;
    std::filesystem::create_directories(folder);
    std::ofstream file(folder / name, std::ios::binary);
    file.write(reinterpret_cast<const char *>(content.data()), static_cast<std::streamsize>(content.size()));
}
void write(std::string_view target, std::string_view name, std::string_view text) {
    write(target, name, as_bytes(text));
}

// --- files that the tests build

void write_kernels() {
    Buffer efi_image = build_arm64_efi_image();
    write("arm64-image", "flat", build_arm64_image());
    write("arm64-image", "efi", efi_image);
    write("arm64-image", "signed", build_signed_arm64_image());
    write("bzimage", "built", build_bzimage(usual_setup_header(), packable_bytes(500)));
    write("elf", "vmlinux", build_elf(small_vmlinux()));
    ElfPlan big = small_vmlinux();
    big.order = std::endian::big;
    write("elf", "big-endian", build_elf(big));
    ElfPlan counted = small_vmlinux();
    counted.counted_in_section = true;
    write("elf", "counted-in-section", build_elf(counted));
    write("elf", "ppc64", ppc64_vmlinux());
    write("s390x-image", "flat", build_s390x_image());
    write("s390x-image", "elf", build_elf(s390x_elf()));
    write("pe", "signed", build_signed_arm64_image());
    for (Compression kind : {Compression::gzip, Compression::zstd, Compression::lzma})
        write("wrappers", fmt::format("zboot-{}", name_of(kind)), build_zboot(packable_bytes(300), kind));
    write("uimage", "kernel", build_uimage(packable_bytes(100)));
    Buffer tree = DeviceTree::empty().packed();
    write("uimage", "multi", build_multi({packable_bytes(50), packable_bytes(20, 2), tree}));
}

void write_containers() {
    PePlan plan;
    plan.sections = {{.name = ".linux", .contents = build_arm64_image()},
                     {.name = ".cmdline", .contents = packable_bytes(20)},
                     {.name = ".initrd", .contents = packable_bytes(30)},
                     {.name = ".profile", .contents = packable_bytes(10)}};
    write("uki", "built", build_pe(plan));
    write("pe", "sections", build_pe(plan));
    for (FitData data : {FitData::inside, FitData::behind, FitData::at_a_position}) {
        FitPlan fit = usual_fit(build_arm64_image());
        fit.data = data;
        for (FitPlanImage &image : fit.images)
            image.hashes = {};
        write("fit", fmt::format("built-{}", static_cast<int>(data)), build_fit(fit));
    }
    write("device-tree", "lpar", lpar_tree().packed());
    Buffer both = DeviceTree::empty().packed();
    append(both, small_overlay());
    write("device-tree", "with-overlay", both);
}

void write_compressed() {
    std::uint8_t choice = 0;
    auto add = [&](std::string_view name, Bytes packed) {
        Buffer seed = {std::byte{choice++}};
        append(seed, packed);
        write("compress", name, seed);
    };
    for (Compression kind : {Compression::gzip, Compression::xz, Compression::lzma, Compression::zstd,
                             Compression::bzip2, Compression::lz4, Compression::lzo})
        add(name_of(kind), pack(packable_bytes(600), kind));
    for (PageCompression kind :
         {PageCompression::zlib, PageCompression::lzo, PageCompression::snappy, PageCompression::zstd})
        add(fmt::format("page-{}", choice), pack_page(packable_bytes(4096), kind));
}

void write_texts() {
    using namespace std::string_view_literals;
    write("crashkernel", "plain", "256M@16M");
    write("crashkernel", "low", "64M,low");
    write("options", "load", "\0-l\0--append=ro quiet\0--initrd=/i\0/boot/vmlinuz\0"sv);
    write("options", "crash", "\1-p\0-d\0--reuse-cmdline\0--mem-max=0x10000000\0-t\0Image\0/k\0"sv);
    write("options", "short", "\2-lcd\0--\0-k\0"sv);
    write("record", "usual",
          "kexec record 1\nboot b\ntime 1\ncall kexec_load\ncommand-line ro\nfile kernel 1 00 /k\nword -l\n");
    write("iomem", "depth", "00001000-0009fbff : System RAM\n  00002000-00002fff : Kernel code\n");
}

// --- recorded machines

// As snapshot_in() of fuzz.h takes it apart.
void add_file(Buffer &seed, std::string_view path, Bytes content) {
    append(seed, as_bytes(path));
    seed.push_back(std::byte{0});
    for (unsigned shift : {16U, 8U, 0U})
        seed.push_back(static_cast<std::byte>(content.size() >> shift));
    append(seed, content);
}

void add_text(Buffer &seed, std::string_view text) {
    append(seed, as_bytes(text));
    seed.push_back(std::byte{0});
}

// The fields of all numbered entries below `folder`.
void add_entries(Buffer &seed, const Snapshot &snapshot, std::string_view folder,
                 std::initializer_list<const char *> fields) {
    for (std::uint64_t number : snapshot.numbers_in(folder))
        for (const char *field : fields)
            add_text(seed, snapshot.text(fmt::format("{}/{}/{}", folder, number, field)).value_or(""));
}

void write_parts(const std::string &name, const Snapshot &snapshot) {
    if (auto text = snapshot.text("/proc/iomem"))
        write("iomem", name, *text);
    if (auto core = snapshot.bytes("/proc/kcore"))
        write("core-notes", name, *core);
    if (auto tree = snapshot.bytes("/sys/firmware/fdt"))
        write("device-tree", name, *tree);
    Buffer memmap, efi;
    add_entries(memmap, snapshot, "/sys/firmware/memmap", {"start", "end", "type"});
    if (!memmap.empty())
        write("firmware-memmap", name, memmap);
    for (const char *file : {"systab", "fw_vendor", "runtime", "config_table"})
        add_text(efi, snapshot.text(fmt::format("/sys/firmware/efi/{}", file)).value_or(""));
    add_entries(efi, snapshot, "/sys/firmware/efi/runtime-map",
                {"type", "phys_addr", "virt_addr", "num_pages", "attribute"});
    if (snapshot.is_there("/sys/firmware/efi/systab"))
        write("efi", name, efi);
}

void write_machine(const std::string &name) {
    Snapshot snapshot = recorded_machine(name);
    write_parts(name, snapshot);
    for (std::size_t i = 0; i < all_archs().size(); i++)
        for (std::size_t crash = 0; crash < 2; crash++) {
            if (!name.starts_with(all_archs()[i]->name))
                continue;
            Buffer seed = {static_cast<std::byte>(i + crash * all_archs().size())};
            for (std::string_view path : snapshot.paths())
                add_file(seed, path, snapshot.bytes(path).value_or(Bytes()));
            write("machine", fmt::format("{}-{}", name, crash ? "crash" : "reboot"), seed);
        }
}

void write_menu() {
    Buffer menu;
    add_file(menu, "/boot/loader/entries/a-6.1.conf",
             as_bytes("title A\nversion 6.1\nlinux /vmlinuz\ninitrd /initrd\noptions root=/dev/a ro\n"));
    add_file(menu, "/boot/loader/entries/b-6.9+3-0.conf",
             as_bytes("linux /b\nsort-key b\ndevicetree /t\noptions $kernelopts\n"));
    add_file(menu, "/boot/loader/loader.conf", as_bytes("default b-*\n"));
    add_file(menu, "/boot/grub2/grubenv", as_bytes("# GRUB Environment Block\nkernelopts=quiet\n####"));
    write("boot-entries", "two", menu);
}

// --- headers of real kernels

constexpr std::size_t head_size = 8192;

Buffer start_of(Bytes file, std::size_t size) {
    Bytes start = file.first(std::min(size, file.size()));
    return {start.begin(), start.end()};
}

// boot.rst: the setup header ends behind its jump's target (0x201). The code in front of and behind it is
// left out, the text that kernel_version points to stays; the kernel is a page of zeros.
void write_bzimage(const std::string &name, const BzImage &image) {
    constexpr std::size_t code = 0x40, kernel_size = 4096, version_at = 0x20e;
    Buffer file(image.setup.size() + kernel_size);
    std::ranges::copy(image.setup.first(code), file.begin());
    std::ranges::copy(image.header, file.begin() + setup_header_offset);
    std::size_t version =
        read_at<le16>(image.setup, version_at, "kernel_version").value() + std::size_t{0x200};
    if (version < image.setup.size()) {
        std::string_view text = as_text(image.setup.subspan(version));
        std::ranges::copy(as_bytes(text.substr(0, text.find('\0'))),
                          file.begin() + static_cast<std::ptrdiff_t>(version));
    }
    auto header = read_at<SetupHeader>(file, setup_header_offset, "the setup header").value();
    header.syssize = kernel_size / 16;
    header.payload_offset = 16;
    header.payload_length = 1024;
    write_at(file, setup_header_offset, header);
    write("bzimage", name, file);
}

// The header and the program headers, each for what fits of its segment behind them, which is zeros.
void write_elf(const std::string &name, const Elf &elf) {
    ElfPlan plan;
    plan.is_64_bit = elf.is_64_bit;
    plan.order = elf.order;
    plan.machine = elf.machine;
    plan.entry = elf.entry;
    for (const ElfSegment &segment : elf.segments) {
        ElfSegment &added = add_segment(plan, segment.type, Buffer(64), segment.virtual_address);
        added.physical_address = segment.physical_address;
        added.memory_size = std::max<std::uint64_t>(segment.memory_size, 64);
    }
    write("elf", name, build_elf(plan));
}

void write_real(const std::string &path) {
    std::string name = std::filesystem::path(path).filename();
    auto file = MappedFile::open(path);
    if (!file)
        return;
    Bytes bytes = file->bytes();
    if (auto image = parse_bzimage(bytes); image && *image)
        write_bzimage(name, **image);
    if (auto image = parse_arm64_image(bytes); image && *image)
        write("arm64-image", name, start_of(bytes, sizeof(Arm64ImageHeader)));
    if (auto image = parse_s390x_image(bytes); image && *image)
        write("s390x-image", name, start_of(bytes, head_size));
    if (auto elf = is_elf(bytes) ? read_elf(bytes) : Result<Elf>(fail(Cause::other, "none")))
        write_elf(name, *elf);
    if (auto pe = parse_pe(bytes); pe && *pe)
        write("pe", name, start_of(bytes, 1024));
}

} // namespace

int main(int count, char **words) {
    if (count < 2)
        return 2;
    directory = words[1];
    write_kernels();
    write_containers();
    write_compressed();
    write_texts();
    write_menu();
    if (count > 2)
        for (const auto &entry : std::filesystem::directory_iterator(words[2]))
            if (entry.path().extension() == ".machine")
                write_machine(entry.path().stem());
    for (int i = 3; i < count; i++)
        write_real(words[i]);
    return 0;
}
