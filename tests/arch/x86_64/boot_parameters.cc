// SPDX-License-Identifier: GPL-2.0-or-later
// What a kernel finds in its boot parameters, read by the offsets of Documentation/arch/x86/zero-page.rst and
// boot.rst, and the setup_data list walked from node to node as a kernel does. None of the planner's
// structures are used for reading.
#include "arch/x86_64/boot_parameters.h"

#include "tests/catch.h"

#include <algorithm>
#include <set>

using namespace kexec;
using namespace kexec::x86_64;

namespace {

Range sized(std::uint64_t first, std::uint64_t size) { return Range::sized(first, size).value(); }

std::byte pattern(std::size_t i) { return static_cast<std::byte>(i * 37 + 11); }

// A setup header in which no two bytes next to each other are equal.
SetupHeader patterned_header() {
    SetupHeader header;
    Buffer bytes(sizeof header);
    for (std::size_t i = 0; i < bytes.size(); i++)
        bytes[i] = static_cast<std::byte>(i * 5 + 1);
    std::memcpy(&header, bytes.data(), sizeof header);
    return header;
}

// Everything that build_boot_parameters() is given, and what a kernel finds afterwards.
struct Handover {
    SetupHeader header{};
    MemoryMap memory;
    X86_64Facts facts;
    bool pass_efi = false;
    std::string command_line = "root=/dev/vda1 quiet";
    std::optional<Range> initrd;
    Buffer seed, device_tree;
    std::uint64_t base = 0x3f000000;

    Buffer build() const {
        return build_boot_parameters({.header = header,
                                      .memory = memory,
                                      .facts = facts,
                                      .pass_efi = pass_efi,
                                      .command_line = command_line,
                                      .initrd = initrd,
                                      .seed = seed,
                                      .device_tree = device_tree},
                                     base);
    }
};

// The boot parameters as they lie in memory.
struct Seen {
    Buffer bytes;
    std::uint64_t base;

    explicit Seen(const Handover &handover) : bytes(handover.build()), base(handover.base) {}

    std::uint64_t u8(std::size_t at) const { return std::to_integer<std::uint64_t>(bytes.at(at)); }
    std::uint64_t u32(std::size_t at) const { return read_at<le32>(bytes, at, "x").value(); }
    std::uint64_t u64(std::size_t at) const { return read_at<le64>(bytes, at, "x").value(); }
    std::uint64_t halves(std::size_t low, std::size_t high) const { return u32(high) << 32 | u32(low); }
    // Bytes by physical address; they must be part of what was handed over.
    Bytes at(std::uint64_t address, std::uint64_t size) const {
        REQUIRE(address >= base);
        return slice(bytes, address - base, size, "what an address points to").value();
    }
};

struct Node {
    std::uint64_t address, type;
    Bytes body;
};

std::vector<Node> setup_data(const Seen &seen) {
    std::vector<Node> nodes;
    std::set<std::uint64_t> met;
    for (std::uint64_t address = seen.u64(0x250); address != 0;) {
        REQUIRE(met.insert(address).second);
        Bytes head = seen.at(address, 16);
        std::uint64_t length = read_at<le32>(head, 12, "x").value();
        nodes.push_back({address, read_at<le32>(head, 8, "x").value(), seen.at(address + 16, length)});
        address = read_at<le64>(head, 0, "x").value();
    }
    return nodes;
}

std::optional<Node> node_of_type(const Seen &seen, std::uint64_t type) {
    std::optional<Node> found;
    for (const Node &node : setup_data(seen)) {
        if (node.type != type)
            continue;
        CHECK_FALSE(found);
        found = node;
    }
    return found;
}

struct E820 {
    std::uint64_t address, size, type;
    bool operator==(const E820 &) const = default;
};

E820 e820_at(Bytes bytes, std::size_t at) {
    return {read_at<le64>(bytes, at, "x").value(), read_at<le64>(bytes, at + 8, "x").value(),
            read_at<le32>(bytes, at + 16, "x").value()};
}

// As a kernel puts the map together: the table, then the extension.
std::vector<E820> e820_of(const Seen &seen) {
    std::vector<E820> entries;
    for (std::size_t i = 0; i < seen.u8(0x1e8); i++)
        entries.push_back(e820_at(seen.bytes, 0x2d0 + 20 * i));
    if (auto more = node_of_type(seen, 1)) {
        CHECK(more->body.size() % 20 == 0);
        for (std::size_t at = 0; at < more->body.size(); at += 20)
            entries.push_back(e820_at(more->body, at));
    }
    return entries;
}

// `count` ranges that cannot be merged.
MemoryMap scattered(std::size_t count) {
    MemoryMap map;
    for (std::size_t i = 0; i < count; i++)
        map.add(sized(0x100000 + i * 0x10000, 0x8000), MemoryType::ram);
    return map;
}

// An EFI machine: its running kernel was started by 64-bit EFI and has given the firmware virtual addresses.
X86_64Facts efi_facts() {
    X86_64Facts facts;
    facts.boot_params = Buffer(4096);
    write_at(facts.boot_params, 0x1c0, le32{0x34364c45});
    write_at(facts.boot_params, 0x1c4, le32{0x7fea4018}); // systab
    write_at(facts.boot_params, 0x1cc, le32{1});
    write_at(facts.boot_params, 0x1d0,
             le32{0x11111000}); // the first kernel's own map, of no use to the second
    write_at(facts.boot_params, 0x1d4, le32{0x1200});
    write_at(facts.boot_params, 0x1d8, le32{0x2}); // systab, high half
    write_at(facts.boot_params, 0x1dc, le32{0x22222222});
    facts.efi = X86_64Efi{.firmware_vendor = 0x7e9d9698,
                          .runtime = 0xfffffffeff5edb18,
                          .config_table = 0x7f9ee018,
                          .smbios = 0x7f9cf000,
                          .runtime_map = {{5, 0x7ec72000, 0xfffffffeff472000, 256, 0x800000000000000f},
                                          {6, 0x17ed72000, 0xfffffffeff572000, 0x40, 0x8000000000000003}}};
    return facts;
}

} // namespace

TEST_CASE("with nothing known, each byte of the page is the image's header or what a loader must say") {
    Handover handover;
    handover.header = patterned_header();
    Seen seen(handover);

    Buffer expected(4096);
    for (std::size_t i = 0x1f1; i < 0x26c; i++)
        expected[i] = static_cast<std::byte>((i - 0x1f1) * 5 + 1);
    expected[0x210] = std::byte{0xd0};           // type_of_loader: kexec-tools
    write_at(expected, 0x218, le32{0});          // ramdisk_image
    write_at(expected, 0x21c, le32{0});          // ramdisk_size
    write_at(expected, 0x228, le32{0x3f001000}); // cmd_line_ptr
    write_at(expected, 0x250, le64{0});          // setup_data
    for (std::size_t i = 0; i < 4096; i++) {
        INFO("offset " << i);
        REQUIRE(seen.u8(i) == std::to_integer<std::uint64_t>(expected[i]));
    }
}

TEST_CASE("of the running kernel's parameters only what still holds is taken over") {
    Handover handover;
    Seen bare(handover);
    handover.facts.boot_params = Buffer(4096);
    for (std::size_t i = 0; i < 4096; i++)
        handover.facts.boot_params[i] = pattern(i);
    Seen seen(handover);

    struct Field {
        std::size_t offset, size;
    };
    constexpr Field kept[] = {
        {0x000, 0x40},  // screen_info
        {0x140, 0x80},  // edid_info
        {0x1e9, 1},     // eddbuf_entries
        {0x1ea, 1},     // edd_mbr_sig_buf_entries
        {0x1ec, 1},     // secure_boot
        {0x23c, 4},     // hardware_subarch
        {0x290, 0x40},  // edd_mbr_sig_buffer
        {0xd00, 0x1ec}, // eddbuf
    };
    auto is_kept = [&](std::size_t i) {
        return std::ranges::any_of(kept, [i](Field field) {
            return i >= field.offset && i < field.offset + field.size;
        });
    };
    for (std::size_t i = 0; i < 4096; i++) {
        INFO("offset " << i);
        REQUIRE(seen.bytes[i] == (is_kept(i) ? pattern(i) : bare.bytes[i]));
    }
}

TEST_CASE("the sentinel says that the page was cleared") {
    Handover handover;
    handover.facts.boot_params = Buffer(4096, std::byte{0xff});
    CHECK(Seen(handover).u8(0x1ef) == 0);
}

TEST_CASE("the command line stands at its address and ends in a NUL") {
    for (std::uint64_t base :
         {std::uint64_t{0x90000}, std::uint64_t{0x3f000000}, std::uint64_t{0x23f000000}}) {
        Handover handover;
        handover.base = base;
        Seen seen(handover);
        std::uint64_t address = seen.halves(0x228, 0x0c8);
        CHECK(as_text(seen.at(address, 21)) == std::string_view("root=/dev/vda1 quiet\0", 21));
    }
}

TEST_CASE("an empty command line is a NUL") {
    Handover handover;
    handover.command_line.clear();
    Seen seen(handover);
    CHECK(seen.at(seen.halves(0x228, 0x0c8), 1)[0] == std::byte{0});
}

TEST_CASE("the initrd's address and exact size are told, both of 64 bits") {
    Handover handover;
    handover.initrd = sized(0x3e000000, 0x1234567);
    Seen low(handover);
    CHECK(low.u32(0x218) == 0x3e000000);
    CHECK(low.u32(0x0c0) == 0);
    CHECK(low.u32(0x21c) == 0x1234567);
    CHECK(low.u32(0x0c4) == 0);

    handover.initrd = sized(0x4'50000000, 0x1'23456789);
    Seen high(handover);
    CHECK(high.halves(0x218, 0x0c0) == 0x4'50000000);
    CHECK(high.halves(0x21c, 0x0c4) == 0x1'23456789);
}

TEST_CASE("without an initrd its fields are 0, whatever the image says") {
    Handover handover;
    handover.header = patterned_header();
    Seen seen(handover);
    CHECK(seen.halves(0x218, 0x0c0) == 0);
    CHECK(seen.halves(0x21c, 0x0c4) == 0);
}

TEST_CASE("the address of ACPI's tables is told") {
    Handover handover;
    handover.facts.acpi_rsdp = 0x1'7fb7e014;
    CHECK(Seen(handover).u64(0x070) == 0x1'7fb7e014);
}

TEST_CASE("the memory map is E820's, by E820's numbers") {
    constexpr std::pair<MemoryType, std::uint64_t> types[] = {
        {MemoryType::ram, 1},
        {MemoryType::reserved, 2},
        {MemoryType::acpi_tables, 3},
        {MemoryType::acpi_nvs, 4},
        {MemoryType::unusable, 5},
        {MemoryType::persistent, 7},
        {MemoryType::persistent_legacy, 12},
        {MemoryType::soft_reserved, 0xefffffff},
    };
    Handover handover;
    std::vector<E820> expected;
    std::uint64_t at = 0x1000;
    for (auto [type, number] : types) {
        handover.memory.add(sized(at, 0x1234), type);
        expected.push_back({at, 0x1234, number});
        at += 0x100000000;
    }
    Seen seen(handover);
    CHECK(seen.u8(0x1e8) == 8);
    CHECK(e820_of(seen) == expected);
    CHECK(setup_data(seen).empty());
}

TEST_CASE("entries that the page has no room for follow in the setup_data list") {
    for (std::size_t count :
         {std::size_t{127}, std::size_t{128}, std::size_t{129}, std::size_t{1000}, std::size_t{30000}}) {
        Handover handover;
        handover.memory = scattered(count);
        Seen seen(handover);
        CHECK(seen.u8(0x1e8) == std::min<std::size_t>(count, 128));
        CHECK(node_of_type(seen, 1).has_value() == (count > 128));
        auto entries = e820_of(seen);
        REQUIRE(entries.size() == count);
        CHECK(entries.front() == E820{0x100000, 0x8000, 1});
        CHECK(entries.back() == E820{0x100000 + (count - 1) * 0x10000, 0x8000, 1});
        CHECK(seen.u64(0x2d0 + 20 * 128) == 0); // what follows the table is not touched
    }
}

TEST_CASE("memory above 1 MiB is counted in KiB for the field from before memory maps") {
    auto kib = [](MemoryMap memory) {
        Handover handover;
        handover.memory = std::move(memory);
        return Seen(handover).u32(0x1e0);
    };
    MemoryMap map;
    CHECK(kib(map) == 0);
    map.add(sized(0x1000, 0x9e000), MemoryType::ram);
    CHECK(kib(map) == 0);
    map.add(sized(0x100000, 0x3ff00000), MemoryType::ram);
    CHECK(kib(map) == 0x3ff00000 / 1024);
    map.add(sized(0x100000000, 0x100000000), MemoryType::ram);
    CHECK(kib(map) == 0x3ff00000 / 1024);
    MemoryMap huge;
    huge.add(sized(0, std::uint64_t{64} << 40), MemoryType::ram);
    CHECK(kib(huge) == UINT32_MAX);
    MemoryMap reserved;
    reserved.add(sized(0, 0x40000000), MemoryType::reserved);
    CHECK(kib(reserved) == 0);
}

TEST_CASE("random bytes for the kernel's pool make a node of their own") {
    Handover handover;
    CHECK_FALSE(node_of_type(Seen(handover), 9));
    for (std::size_t i = 0; i < 32; i++)
        handover.seed.push_back(pattern(i));
    Seen seen(handover);
    auto node = node_of_type(seen, 9);
    REQUIRE(node);
    CHECK(std::ranges::equal(node->body, handover.seed));
}

TEST_CASE("a device tree makes a node of its own") {
    Handover handover;
    CHECK_FALSE(node_of_type(Seen(handover), 2));
    for (std::size_t i = 0; i < 100; i++)
        handover.device_tree.push_back(pattern(i));
    Seen seen(handover);
    auto node = node_of_type(seen, 2);
    REQUIRE(node);
    CHECK(std::ranges::equal(node->body, handover.device_tree));
}

TEST_CASE("EFI's runtime data: the pointers, and the map inside the node itself") {
    for (std::uint64_t base : {std::uint64_t{0x3f000000}, std::uint64_t{0x53f000000}}) {
        Handover handover;
        handover.base = base;
        handover.facts = efi_facts();
        handover.pass_efi = true;
        Seen seen(handover);
        auto node = node_of_type(seen, 4);
        REQUIRE(node);
        REQUIRE(node->body.size() == 96 + 2 * 40);
        auto word = [&](std::size_t at) { return std::uint64_t{read_at<le64>(node->body, at, "x").value()}; };
        CHECK(word(0) == 0x7e9d9698);
        CHECK(word(8) == 0xfffffffeff5edb18);
        CHECK(word(16) == 0x7f9ee018);
        CHECK(word(24) == 0x7f9cf000);
        for (std::size_t reserved = 32; reserved < 96; reserved += 8)
            CHECK(word(reserved) == 0);

        CHECK(seen.u32(0x1c0) == 0x34364c45);             // efi_loader_signature: "EL64"
        CHECK(seen.halves(0x1c4, 0x1d8) == 0x2'7fea4018); // efi_systab, as the running kernel was told
        CHECK(seen.u32(0x1c8) == 40);                     // efi_memdesc_size
        CHECK(seen.u32(0x1cc) == 1);                      // efi_memdesc_version
        CHECK(seen.halves(0x1d0, 0x1dc) == node->address + 16 + 96); // efi_memmap
        CHECK(seen.u32(0x1d4) == 2 * 40);                            // efi_memmap_size

        Bytes map = node->body.subspan(96);
        CHECK(read_at<le32>(map, 0, "type").value() == 5);
        CHECK(read_at<le32>(map, 4, "padding").value() == 0);
        CHECK(read_at<le64>(map, 8, "phys_addr").value() == 0x7ec72000);
        CHECK(read_at<le64>(map, 16, "virt_addr").value() == 0xfffffffeff472000);
        CHECK(read_at<le64>(map, 24, "num_pages").value() == 256);
        CHECK(read_at<le64>(map, 32, "attribute").value() == 0x800000000000000f);
        CHECK(read_at<le32>(map, 40, "type").value() == 6);
        CHECK(read_at<le64>(map, 48, "phys_addr").value() == 0x17ed72000);
    }
}

TEST_CASE("where EFI is not handed over, its fields are 0 and the kernel takes itself to be on BIOS") {
    Handover handover;
    handover.facts = efi_facts();
    Seen seen(handover);
    for (std::size_t at = 0x1c0; at < 0x1e0; at++)
        CHECK(seen.u8(at) == 0);
    CHECK_FALSE(node_of_type(seen, 4));
}

TEST_CASE(
    "with everything at once, the pieces lie on multiples of 8, apart from each other, in one stretch") {
    Handover handover;
    handover.facts = efi_facts();
    handover.pass_efi = true;
    handover.memory = scattered(131);
    handover.seed = Buffer(32, std::byte{1});
    for (std::size_t length = 0; length < 20; length++) {
        handover.command_line = std::string(length, 'x');
        Seen seen(handover);
        auto nodes = setup_data(seen);
        REQUIRE(nodes.size() == 3);
        Ranges taken{sized(handover.base, 4096)};
        auto take = [&](std::uint64_t address, std::uint64_t size) {
            CHECK_FALSE(taken.overlaps(sized(address, size)));
            taken.add(sized(address, size));
        };
        take(seen.halves(0x228, 0x0c8), length + 1);
        for (const Node &node : nodes) {
            CHECK(node.address % 8 == 0);
            take(node.address, 16 + node.body.size());
        }
    }
}

TEST_CASE("the size does not depend on the place") {
    Handover handover;
    handover.facts = efi_facts();
    handover.pass_efi = true;
    handover.memory = scattered(200);
    handover.seed = Buffer(32);
    handover.command_line = "x";
    handover.base = 0;
    std::size_t size = handover.build().size();
    for (std::uint64_t base :
         {std::uint64_t{0x1000}, std::uint64_t{0x7ffff000}, std::uint64_t{0x3fff'fffff000}}) {
        handover.base = base;
        CHECK(handover.build().size() == size);
    }
}

TEST_CASE("EFI can be handed over when the machine, its running kernel and the new one all take part") {
    std::string why_not;
    CHECK(can_pass_efi(efi_facts(), true, why_not));
    CHECK(why_not.empty());
}

TEST_CASE("on a BIOS machine there is no EFI, and nothing to say about it") {
    std::string why_not;
    CHECK_FALSE(can_pass_efi(X86_64Facts{}, true, why_not));
    CHECK(why_not.empty());
}

TEST_CASE("what stands in the way of EFI is named") {
    auto obstacle = [](const X86_64Facts &facts, bool kernel_takes_it = true) {
        std::string why_not;
        CHECK_FALSE(can_pass_efi(facts, kernel_takes_it, why_not));
        return why_not;
    };
    X86_64Facts incomplete;
    incomplete.efi_missing = "/sys/firmware/efi/runtime-map";
    CHECK(obstacle(incomplete) == "/sys/firmware/efi/runtime-map");
    CHECK(obstacle(efi_facts(), false) == "the new kernel cannot take EFI runtime data from kexec");

    constexpr auto not_64_bit =
        "the running kernel was not started by 64-bit EFI, or its boot_params cannot be read";
    X86_64Facts unreadable = efi_facts();
    unreadable.boot_params.clear();
    CHECK(obstacle(unreadable) == not_64_bit);
    X86_64Facts mixed = efi_facts();
    write_at(mixed.boot_params, 0x1c0, le32{0x32334c45}); // "EL32"
    CHECK(obstacle(mixed) == not_64_bit);
    X86_64Facts without_map = efi_facts();
    write_at(without_map.boot_params, 0x1d4, le32{0});
    CHECK(obstacle(without_map) == not_64_bit);
}
