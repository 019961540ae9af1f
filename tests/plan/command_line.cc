// SPDX-License-Identifier: GPL-2.0-or-later
// What is kept of a running kernel's command line.
#include "plan/command_line.h"

#include "tests/catch.h"

using namespace kexec;

TEST_CASE("words about this boot are not taken over") {
    CHECK(reused_command_line("BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro", Purpose::reboot) ==
          "root=/dev/sda1 ro");
    CHECK(reused_command_line("root=/dev/sda1 elfcorehdr=736788K ro", Purpose::reboot) ==
          "root=/dev/sda1 ro");
}

TEST_CASE("a crash kernel reserves no memory for one; the next kernel does") {
    CHECK(reused_command_line("a crashkernel=256M b", Purpose::crash) == "a b");
    CHECK(reused_command_line("a crashkernel=1G,high crashkernel=72M,low", Purpose::crash) == "a");
    CHECK(reused_command_line("a crashkernel=256M b", Purpose::reboot) == "a crashkernel=256M b");
}

TEST_CASE("only whole names count") {
    CHECK(reused_command_line("my_crashkernel=1 crashkernel2=x BOOT_IMAGES=y", Purpose::crash) ==
          "my_crashkernel=1 crashkernel2=x BOOT_IMAGES=y");
    CHECK(reused_command_line("x=crashkernel=1", Purpose::crash) == "x=crashkernel=1");
}

TEST_CASE("blanks inside quotes belong to the word") {
    CHECK(reused_command_line("dyndbg=\"file a.c +p crashkernel=1\" quiet", Purpose::crash) ==
          "dyndbg=\"file a.c +p crashkernel=1\" quiet");
    CHECK(reused_command_line("crashkernel=\"1 M\" quiet", Purpose::crash) == "quiet");
}

TEST_CASE("runs of blanks become one space, and the line end goes") {
    CHECK(reused_command_line("  a   b\tc \n", Purpose::reboot) == "a b c");
    CHECK(reused_command_line("a\nb", Purpose::reboot) == "a");
    CHECK(reused_command_line("", Purpose::reboot).empty());
}

TEST_CASE("joining puts a space between two parts only") {
    CHECK(join_command_lines("a", "b") == "a b");
    CHECK(join_command_lines("", "b") == "b");
    CHECK(join_command_lines("a", "") == "a");
    CHECK(join_command_lines("", "").empty());
}

TEST_CASE("a word is taken out whole, or by its name; '-' and '_' are one in a name") {
    auto without = [](std::string_view line, std::vector<std::string> words) {
        return without_words(line, words);
    };
    CHECK(without("ro quiet root=/dev/a quiet", {"quiet"}) == "ro root=/dev/a");
    CHECK(without("console=tty0 console=ttyS0 ro", {"console=ttyS0"}) == "console=tty0 ro");
    CHECK(without("console=tty0 console=ttyS0 ro", {"console", "ro"}).empty());
    CHECK(without("log_buf_len=1M a-b=c-d", {"log-buf-len", "a_b=c_d"}) == "a-b=c-d");
    CHECK(without("quietly x=quiet", {"quiet"}) == "quietly x=quiet");
    CHECK(without("dyndbg=\"file a +p\" ro", {"dyndbg"}) == "ro");
    CHECK(without("a  b", {}) == "a b");
}
