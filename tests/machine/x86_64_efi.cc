// SPDX-License-Identifier: GPL-2.0-or-later
#include "arch/x86_64/efi.h"
#include "tests/catch.h"
#include "tests/machine/made.h"

#include <fmt/core.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

const std::string efi = "/sys/firmware/efi/";

void add_runtime_range(Files &files, unsigned number, std::uint64_t physical) {
    std::string directory = fmt::format("{}runtime-map/{}/", efi, number);
    files[directory + "type"] = "0x6\n";
    files[directory + "phys_addr"] = fmt::format("{:#x}\n", physical);
    files[directory + "virt_addr"] = fmt::format("{:#x}\n", physical + 0xfffffffec0000000);
    files[directory + "num_pages"] = "0x20\n";
    files[directory + "attribute"] = "0x800000000000000f\n";
}

Files complete() {
    Files files = {{efi + "fw_vendor", "0x3f91c818\n"},
                   {efi + "runtime", "0x3f9ecb98\n"},
                   {efi + "config_table", "0x3f9ecc98\n"},
                   {efi + "systab",
                    "ACPI20=0x3fb7e014\nACPI=0x3fb7e000\nSMBIOS3=0x3f916000\nSMBIOS=0x3f918000\n"}};
    // The order of the kernel is from high addresses to low; 10 and 9 are in the order of text when sorted as
    // text.
    for (unsigned i = 0; i < 12; i++)
        add_runtime_range(files, i, 0x3f000000 - i * 0x100000);
    return files;
}

X86_64Facts facts_of(const Files &files) {
    X86_64Facts facts;
    REQUIRE(x86_64::read_efi(snapshot_of(files), facts));
    return facts;
}

} // namespace

TEST_CASE("everything that EFI left is read, the runtime map in ascending order") {
    X86_64Facts facts = facts_of(complete());
    REQUIRE(facts.efi);
    CHECK(facts.efi_missing.empty());
    CHECK(facts.efi_runtime_map_exists);
    CHECK(facts.efi->firmware_vendor == 0x3f91c818);
    CHECK(facts.efi->runtime == 0x3f9ecb98);
    CHECK(facts.efi->config_table == 0x3f9ecc98);
    CHECK(facts.efi->smbios == 0x3f918000);
    REQUIRE(facts.efi->runtime_map.size() == 12);
    for (unsigned i = 0; i < 12; i++)
        CHECK(facts.efi->runtime_map[i].physical == 0x3f000000 - (11 - i) * 0x100000);
    const EfiRuntimeRange &last = facts.efi->runtime_map.back();
    CHECK(last.type == 6);
    CHECK(last.virtual_address == 0xfffffffeff000000);
    CHECK(last.pages == 0x20);
    CHECK(last.attribute == 0x800000000000000f);
}

TEST_CASE("a BIOS machine has no EFI and misses nothing") {
    X86_64Facts facts = facts_of({{"/sys/firmware/memmap/0/start", "0x0\n"}});
    CHECK_FALSE(facts.efi);
    CHECK(facts.efi_missing.empty());
    CHECK_FALSE(facts.efi_runtime_map_exists);
}

TEST_CASE("without any one of its files EFI is left out, and the file is named") {
    for (const auto &[path, text] : complete()) {
        INFO(path);
        Files files = complete();
        files.erase(path);
        X86_64Facts facts = facts_of(files);
        CHECK_FALSE(facts.efi);
        CHECK(facts.efi_missing == path);
    }
}

TEST_CASE("without a runtime map that is what is missing") {
    Files files = complete();
    std::erase_if(files, [](const auto &file) { return has(file.first, "runtime-map"); });
    X86_64Facts facts = facts_of(files);
    CHECK_FALSE(facts.efi);
    CHECK_FALSE(facts.efi_runtime_map_exists);
    CHECK(facts.efi_missing == "/sys/firmware/efi/runtime-map");
}

TEST_CASE("EFI values that make no sense are errors that name their file") {
    struct Case {
        const char *name, *text;
    };
    for (auto [name, text] :
         {Case{"fw_vendor", "\n"}, Case{"runtime", "0x\n"}, Case{"config_table", "12 34\n"},
          Case{"systab", "SMBIOS=here\n"}, Case{"runtime-map/3/type", "0x100000000\n"},
          Case{"runtime-map/3/num_pages", "0x10000000000000\n"},
          Case{"runtime-map/3/num_pages", "0xfffffffffffff\n"},
          Case{"runtime-map/3/phys_addr", "0xffffffffffff0000\n"}, Case{"runtime-map/3/virt_addr", "junk\n"},
          Case{"runtime-map/3/attribute", "-1\n"}}) {
        INFO(name << " " << text);
        Files files = complete();
        files[efi + name] = text;
        X86_64Facts facts;
        auto read = x86_64::read_efi(snapshot_of(files), facts);
        REQUIRE_FALSE(read);
        std::string_view folder = std::string_view(name).substr(0, std::string_view(name).rfind('/'));
        CHECK(has(read.error().what, efi + std::string(folder)));
    }
}

TEST_CASE("a table's address is that of its own line") {
    Snapshot snapshot =
        snapshot_of({{efi + "systab", "noise\nSMBIOS3=0x1\nSMBIOS=0x2\nACPI20=0x3\nSMBIOS=0x9\n"}});
    CHECK(x86_64::efi_table_address(snapshot, "SMBIOS").value() == 2);
    CHECK(x86_64::efi_table_address(snapshot, "ACPI20").value() == 3);
    CHECK(x86_64::efi_table_address(snapshot, "ACPI").value() == 0);
    CHECK(x86_64::efi_table_address(Snapshot(), "ACPI").value() == 0);
}
