// SPDX-License-Identifier: GPL-2.0-or-later
// The boot menu out of the files that boot loaders read.
#include "machine/boot_entries.h"

#include "tests/catch.h"

using namespace kexec;

namespace {

void put(Snapshot &snapshot, std::string path, std::string_view text) {
    Bytes bytes = as_bytes(text);
    snapshot.put(std::move(path), Buffer(bytes.begin(), bytes.end()));
}

Snapshot with(std::initializer_list<std::pair<std::string, std::string_view>> files) {
    Snapshot snapshot;
    for (const auto &[path, text] : files)
        put(snapshot, path, text);
    return snapshot;
}

std::string order_of(const Snapshot &snapshot) {
    std::string order;
    for (const BootEntry &entry : boot_entries_in(snapshot))
        order += entry.id + " ";
    return order;
}

std::string default_of(const Snapshot &snapshot) { return boot_entry_named(snapshot, "default").value().id; }

// Attributes, then UTF-16 with its end.
void choose(Snapshot &snapshot, std::string variable, std::string_view name) {
    Buffer content(4);
    for (char character : std::string(name) + '\0') {
        content.push_back(static_cast<std::byte>(character));
        content.push_back(std::byte{0});
    }
    snapshot.put("/sys/firmware/efi/efivars/" + variable + "-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f", content);
}

Snapshot three_kernels() {
    return with({{"/boot/loader/entries/m-6.1.conf", "linux /vmlinuz-6.1"},
                 {"/boot/loader/entries/m-6.9.conf", "linux /vmlinuz-6.9"},
                 {"/boot/loader/entries/m-6.12.conf", "linux /vmlinuz-6.12"}});
}

} // namespace

TEST_CASE("an entry's lines are understood", "[boot-entries]") {
    Snapshot snapshot = with({{"/efi/loader/entries/a.conf", "# comment\n"
                                                             "title  Debian\n"
                                                             "version\t6.1\n"
                                                             "machine-id 0123\n"
                                                             "sort-key debian\n"
                                                             "architecture x64\n"
                                                             "linux m/6.1/linux\n"
                                                             "initrd /ucode /m/6.1/initrd\n"
                                                             "initrd extra\n"
                                                             "options root=/dev/vda1  ro\n"
                                                             "options quiet \n"
                                                             "devicetree board.dtb\n"
                                                             "unheard-of yes\n"}});
    BootEntry entry = boot_entry_named(snapshot, "a").value();
    CHECK(entry.path == "/efi/loader/entries/a.conf");
    CHECK(entry.partition == "/efi");
    CHECK(entry.kernel == "/m/6.1/linux");
    CHECK(entry.initrds == std::vector<std::string>{"/ucode", "/m/6.1/initrd", "/extra"});
    CHECK(entry.options == "root=/dev/vda1  ro quiet");
    CHECK(entry.device_tree == "/board.dtb");
    CHECK(entry.architecture == "x64");
    CHECK_FALSE(entry.unified);
}

TEST_CASE("an entry without a kernel is none of ours", "[boot-entries]") {
    CHECK(order_of(with({{"/boot/loader/entries/a.conf", "title Windows\nefi /EFI/w.efi"}})).empty());
    CHECK(order_of(with({{"/boot/loader/entries/a.conf", ""}})).empty());
}

TEST_CASE("a unified kernel image is an entry, by its name alone", "[boot-entries]") {
    Snapshot snapshot;
    snapshot.put("/boot/efi/EFI/Linux/debian-6.1+3.efi", {}, true);
    BootEntry entry = boot_entry_named(snapshot, "debian-6.1.efi").value();
    CHECK(entry.unified);
    CHECK(entry.kernel == "/EFI/Linux/debian-6.1+3.efi");
    CHECK(entry.partition == "/boot/efi");
}

TEST_CASE("GRUB's variables are replaced, and those it does not have by nothing", "[boot-entries]") {
    Snapshot snapshot = with({{"/boot/grub2/grubenv", "# GRUB Environment Block\nkernelopts=root=/dev/sda2 "
                                                      "ro\nsaved_entry=f\n########"},
                              {"/boot/loader/entries/f.conf", "linux /vmlinuz\n"
                                                              "initrd /initrd $tuned_initrd\n"
                                                              "options $kernelopts ${tuned}x a$\n"}});
    BootEntry entry = boot_entry_named(snapshot, "f").value();
    CHECK(entry.options == "root=/dev/sda2 ro x a");
    CHECK(entry.initrds == std::vector<std::string>{"/initrd"});
}

TEST_CASE("the newest stands first, one that failed last", "[boot-entries]") {
    CHECK(order_of(three_kernels()) == "m-6.12 m-6.9 m-6.1 ");
    Snapshot counted = three_kernels();
    put(counted, "/boot/loader/entries/m-6.13+0-3.conf", "linux /vmlinuz-6.13");
    put(counted, "/boot/loader/entries/m-6.14+2-1.conf", "linux /vmlinuz-6.14");
    put(counted, "/boot/loader/entries/m-6.0+deb.conf", "linux /vmlinuz-6.0");
    CHECK(order_of(counted) == "m-6.14 m-6.12 m-6.9 m-6.1 m-6.0+deb m-6.13 ");
    CHECK(boot_entry_named(counted, "m-6.13").value().bad);
}

TEST_CASE("sort-key, machine-id and version come before names", "[boot-entries]") {
    constexpr std::string_view second = "linux /l\nsort-key b\nversion 6.12",
                               third = "linux /l\nsort-key b\nversion 6.9",
                               first = "linux /l\nsort-key a\nversion 1",
                               of_other_machine = "linux /l\nsort-key b\nmachine-id 2\nversion 7";
    CHECK(order_of(with({{"/boot/loader/entries/1.conf", third},
                         {"/boot/loader/entries/2.conf", second},
                         {"/boot/loader/entries/3.conf", first},
                         {"/boot/loader/entries/4.conf", of_other_machine},
                         {"/boot/loader/entries/5.conf", "linux /l"}})) == "3 2 1 4 5 ");
}

TEST_CASE("the default is what was chosen, in the order of boot loaders, else the first", "[boot-entries]") {
    Snapshot snapshot = three_kernels();
    CHECK(default_of(snapshot) == "m-6.12");
    put(snapshot, "/boot/grub/grubenv", "saved_entry=m-6.1\n");
    CHECK(default_of(snapshot) == "m-6.1");
    put(snapshot, "/boot/loader/loader.conf", "timeout 3\ndefault *-6.9.conf\n");
    CHECK(default_of(snapshot) == "m-6.9");
    choose(snapshot, "LoaderEntryDefault", "m-6.12.conf");
    CHECK(default_of(snapshot) == "m-6.12");
    choose(snapshot, "LoaderEntryOneShot", "m-6.1.conf");
    CHECK(default_of(snapshot) == "m-6.1");
    choose(snapshot, "LoaderEntryOneShot", "gone.conf");
    CHECK(default_of(snapshot) == "m-6.12");
}

TEST_CASE("a name that is no entry's names the others; no entry at all says where they were looked for",
          "[boot-entries]") {
    auto missing = boot_entry_named(three_kernels(), "m-*");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().what == "there is no boot entry m-*");
    CHECK(missing.error().remedy == "name one of m-6.12, m-6.9, m-6.1");
    missing = boot_entry_named({}, "default");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().what == "there are no boot entries below /boot, /efi and /boot/efi");
}
