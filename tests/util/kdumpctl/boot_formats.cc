// SPDX-License-Identifier: GPL-2.0-or-later
// Words found and changed in the formats of boot loaders.
#include "util/kdumpctl/boot_formats.h"

#include "tests/catch.h"

#include <fmt/core.h>

using namespace kexec;
using namespace kexec::kdumpctl;

namespace {

using Read = Result<MenuText> (*)(std::string_view);

// All lines changed; "? " and the error where the text is refused.
std::string changed(Read read, std::string_view text, const CrashWords &words = {"1M", std::nullopt}) {
    auto menu = read(text);
    if (!menu)
        return "? " + menu.error().what;
    std::vector<Splice> all;
    for (const KernelLine &line : menu->lines)
        for (const Splice &splice : splices_for(text, line, words, {}))
            all.push_back(splice);
    return spliced(text, all);
}

Result<MenuText> read_variable(std::string_view text) { return read_shell_variable(text, "A"); }

std::string labels(Read read, std::string_view text) {
    std::string all;
    auto menu = read(text);
    for (const KernelLine &line : menu->lines)
        all += line.label + "=" + line.kernel + " ";
    return all + menu->default_label;
}

} // namespace

TEST_CASE("words are replaced where they stand, and put at the end where they do not", "[boot_formats]") {
    auto plain = [](std::string_view text) { return changed(read_plain, text); };
    CHECK(plain("") == "crashkernel=1M\n");
    CHECK(plain("\n") == "crashkernel=1M\n");
    CHECK(plain("a b\n") == "a b crashkernel=1M\n");
    CHECK(plain(" a\tcrashkernel=auto  b") == " a\tcrashkernel=1M  b");
    CHECK(plain("crashkernel=1M") == "crashkernel=1M");
    CHECK(plain("crashkernel") == "crashkernel=1M");
    CHECK(plain("crashkernel=2M,high a crashkernel=1M,low b") == "crashkernel=1M a b");
    CHECK(plain("mycrashkernel=2M a.crashkernel=3") == "mycrashkernel=2M a.crashkernel=3 crashkernel=1M");
    CHECK(plain("a=\"b crashkernel=2M\" c") == "a=\"b crashkernel=2M\" c crashkernel=1M");
    CHECK(plain("a -- crashkernel=2M") == "a crashkernel=1M -- crashkernel=2M");
    CHECK(plain("a crashkernel=2M\fb") == "a crashkernel=1M\fb");
    CHECK(plain("-- b") == "crashkernel=1M -- b");
}

TEST_CASE("fadump comes, changes and goes with its blank", "[boot_formats]") {
    auto with = [](std::string_view text, const char *value) {
        return changed(read_plain, text, {"1M", std::string(value)});
    };
    CHECK(with("a", "on") == "a crashkernel=1M fadump=on");
    CHECK(with("fadump=off a crashkernel=2M", "nocma") == "fadump=nocma a crashkernel=1M");
    CHECK(with("a fadump=on b", "") == "a b crashkernel=1M");
    CHECK(with("fadump=on", "") == "crashkernel=1M");
    CHECK(with("fadump=on -- b", "") == "crashkernel=1M -- b");
    CHECK(with("a crashkernel=2M crashkernel=3M -- b", "on") == "a crashkernel=1M fadump=on -- b");
    CHECK(with("fadump=on fadump=nocma crashkernel=1M", "") == "crashkernel=1M");
    CHECK(with("crashkernel=1M fadump=on", "") == "crashkernel=1M");
    CHECK(
        (mode_of("a fadump=on") == CrashMode::fadump && mode_of("fadump=on fadump=off") == CrashMode::kdump));
    CHECK((mode_of("fadump=nocma") == CrashMode::fadump && mode_of("fadump") == CrashMode::kdump));
}

TEST_CASE("entries: every line \"options\", or a new one behind the kernel", "[boot_formats]") {
    auto entry = [](std::string_view text) { return changed(read_entry, text); };
    CHECK(entry("linux /a\noptions x\n# options y\noptions\tz crashkernel=2M \n") ==
          "linux /a\noptions x\n# options y\noptions\tz crashkernel=1M \n");
    CHECK(entry("options x\r\nlinux /a\r\n") == "options x crashkernel=1M\r\nlinux /a\r\n");
    CHECK(entry("title t\n  linux /a") == "title t\n  linux /a\n  options crashkernel=1M");
    CHECK(entry("linux /a\noptions\ninitrd /b\n") ==
          "linux /a\noptions crashkernel=1M\noptions\ninitrd /b\n");
    CHECK(entry("linux /a\noptions x -- y\noptions z\n") ==
          "linux /a\noptions x crashkernel=1M -- y\noptions z\n");
    CHECK(entry("efi /shell.efi\noptions x\n") == "efi /shell.efi\noptions x\n");
    CHECK(entry("linux " + std::string(70000, 'a')).starts_with("? line 1 has 70006 bytes"));
}

TEST_CASE("extlinux: each label its line, or that of all", "[boot_formats]") {
    auto menu = [](std::string_view text) { return changed(read_extlinux, text); };
    CHECK(menu("LABEL a\n KERNEL /a\n APPEND x\nlabel b\n linux /b\n append -\n") ==
          "LABEL a\n KERNEL /a\n APPEND x crashkernel=1M\nlabel b\n linux /b\n append crashkernel=1M\n "
          "append -\n");
    CHECK(menu("append x\nlabel a\nlinux /a\nlabel b\nlinux /b\n") ==
          "append x crashkernel=1M\nlabel a\nlinux /a\nlabel b\nlinux /b\n");
    CHECK(menu("label a\n localboot 1\n append x\n") == "label a\n localboot 1\n append x\n");
    CHECK(labels(read_extlinux, "default b\nlabel a\nlinux /a\nlabel b\nfit /f\nlinux /b x\n") ==
          "a=/a b=/b b");
}

TEST_CASE("GRUB's menus, old and generated", "[boot_formats]") {
    CHECK(changed(read_old_grub, "kernel /none x\ntitle a\nkernel --no-mem-option /a x\nmodule /i\n") ==
          "kernel /none x\ntitle a\nkernel --no-mem-option /a x crashkernel=1M\nmodule /i\n");
    CHECK(labels(read_old_grub, "default=1\ntitle a\nkernel (hd0,1)/a x\ntitle b\nkernel /b\n") ==
          "0=/a 1=/b 1");
    CHECK(labels(read_old_grub, "title a\nkernel (hd0\ntitle b\nkernel\ntitle c\nkernel /c\n") == "2=/c ");
    CHECK(changed(read_old_grub, "title a\nkernel --x\n") == "title a\nkernel --x\n");
    CHECK(changed(read_grub_cfg, "\tlinux\t/a x  \n\tlinuxefi /b\nlinux16 /c y\ninitrd /linux\n") ==
          "\tlinux\t/a x crashkernel=1M  \n\tlinuxefi /b crashkernel=1M\nlinux16 /c y crashkernel=1M\ninitrd "
          "/linux\n");
}

TEST_CASE("zipl.conf: quotes of both kinds and none", "[boot_formats]") {
    auto zipl = [](std::string_view text) { return changed(read_zipl, text); };
    CHECK(zipl("[a]\nimage=/a\nparameters\n") ==
          "[a]\nimage=/a\nparameters=\"crashkernel=1M\"\nparameters\n");
    CHECK(zipl("[a]\nimage=/a\nparameters=\n") == "[a]\nimage=/a\nparameters=crashkernel=1M\n");
    CHECK(zipl("[a]\nimage=/a,0x10000\nparameters = 'x y'\n") ==
          "[a]\nimage=/a,0x10000\nparameters = 'x y crashkernel=1M'\n");
    CHECK(zipl("[a]\nimage=\"/a\"\nparameters=x\n[b]\nparameters=y\n") ==
          "[a]\nimage=\"/a\"\nparameters=x crashkernel=1M\n[b]\nparameters=y\n");
    CHECK(zipl("[a]\nimage=/a") == "[a]\nimage=/a\nparameters=\"crashkernel=1M\"");
    CHECK(labels(read_zipl,
                 "[defaultboot]\ndefault = b\n[a]\nimage=/a,1\n[b]\nimage=\"/b\"\n:menu\ndefault=1\n") ==
          "a=/a b=/b b");
}

TEST_CASE("a shell's values: quotes, pieces, several assignments", "[boot_formats]") {
    auto shell = [](std::string_view text) { return changed(read_variable, text); };
    CHECK(shell("") == "A=\"crashkernel=1M\"\n");
    CHECK(shell("B=1\\") == "B=1\\\n\nA=\"crashkernel=1M\"\n");
    CHECK(shell("B=1\\\n") == "B=1\\\n\nA=\"crashkernel=1M\"\n");
    CHECK(shell("B=1") == "B=1\nA=\"crashkernel=1M\"\n");
    CHECK(shell("A=\"\"\n") == "A=\"crashkernel=1M\"\n");
    CHECK(shell("A=\n") == "A=\"crashkernel=1M\"\n");
    CHECK(shell("A=x\v\n") == "A=\"x crashkernel=1M\v\"\n");
    CHECK(shell("A=x # y\n") == "A=\"x crashkernel=1M\" # y\n");
    CHECK(shell("A=crashkernel=auto\n") == "A=crashkernel=1M\n");
    CHECK(changed(read_variable, "A=fadump=off\n", {"1M", "on"}) == "A=\"fadump=on crashkernel=1M\"\n");
    CHECK(changed(read_variable, "A=\"crashkernel=2M\"\nA+=\" crashkernel=3M\"\n", {"1M", "on"}) ==
          "A=\"crashkernel=1M\"\nA+=\" fadump=on\"\n");
    CHECK(shell("export A='x'\n") == "export A='x crashkernel=1M'\n");
    CHECK(shell("A=\"x\"\nA+=\" crashkernel=2M\"\n") == "A=\"x\"\nA+=\" crashkernel=1M\"\n");
    CHECK(shell("A=\"x\"\n  A=\"$A y\"\n") == "A=\"x\"\n  A=\"$A y crashkernel=1M\"\n");
    CHECK(shell("A=\"a=\\\"b c\\\" d\"\n") == "A=\"a=\\\"b c\\\" d crashkernel=1M\"\n");
    CHECK(shell("A=\"x \\\ny\\\n\"\n") == "A=\"x \\\ny crashkernel=1M\\\n\"\n");
    CHECK(shell("AB=1\nBA=2\n#A=3\nB=\"\nA=4\"\n") ==
          "AB=1\nBA=2\n#A=3\nB=\"\nA=4\"\nA=\"crashkernel=1M\"\n");
    CHECK(shell("if true; then\n\tA=\"x\"\nfi\n") == "if true; then\n\tA=\"x crashkernel=1M\"\nfi\n");
    CHECK(shell("B=`a \"b\"`\nA=\"`c` x\"\n") == "B=`a \"b\"`\nA=\"`c` x crashkernel=1M\"\n");
    CHECK(shell("# don't\nA='x'; B=2\n") == "# don't\nA='x crashkernel=1M'; B=2\n");
    CHECK(shell("\nA=\"x\"'y'\n") ==
          "? line 2: the value is put together from pieces, and cannot be changed");
    CHECK(shell("A=x\\ y\n").starts_with("? line 1: "));
    CHECK(shell("A=$(cat /a)\n").starts_with("? line 1: "));
    CHECK(shell("A=\"x\n") == "? line 1: this quotation mark has no partner");
    CHECK(shell("B='x\n") == "? line 1: this quotation mark has no partner");
}

TEST_CASE("a quotation mark without a partner is refused by its line in every format", "[boot_formats]") {
    auto refusal = [](int line) {
        return fmt::format("? line {}: this command line has a quotation mark without a partner", line);
    };
    CHECK(changed(read_plain, "a b=\"c d") == refusal(1));
    CHECK(changed(read_plain, "a fadump=off\"b c") == refusal(1));
    CHECK(changed(read_entry, "linux /a\noptions crashkernel=2M\"\noptions z=\"y z\"\n") == refusal(2));
    CHECK(changed(read_entry, "linux /a\noptions x=\"y\noptions z\"\n") == refusal(2));
    CHECK(changed(read_extlinux, "label a\nlinux /a\nappend x\nlabel b\nlinux /b\nappend \"\n") ==
          refusal(6));
    CHECK(changed(read_old_grub, "title a\nkernel /a x=\"y\n") == refusal(2));
    CHECK(changed(read_grub_cfg, "\n\tlinux /a -- x=\"y\n") == refusal(2));
    CHECK(changed(read_zipl, "[a]\nimage=/a\nparameters='x=\"y'\n") == refusal(3));
    CHECK(changed(read_variable, "A='x'\nA+=' y=\"z'\n") == refusal(2));
    CHECK(changed(read_variable, "A=\"x=\\\"y\"\n") == refusal(1));
    CHECK(read_grub_environment("b=\"\na=2 \"3\n", "a").error().what == refusal(2).substr(2));
    CHECK(read_grub_environment("b=\"\na=2 \"3\n", "a").error().remedy != "");
    CHECK(changed(read_plain, "a=\"b c\" \"d") == refusal(1));
    CHECK(changed(read_plain, "a=\"b c\"\"d e\"") == "a=\"b c\"\"d e\" crashkernel=1M");
}

TEST_CASE("GRUB's environment block keeps its size", "[boot_formats]") {
    CHECK(*fit_grub_environment("a=1\nb=2\n####", 12) == "a=1\nb=2\n####");
    CHECK(*fit_grub_environment("a=1\nb=23\n####", 12) == "a=1\nb=23\n###");
    CHECK_FALSE(fit_grub_environment("a=1\nb=234567\n", 12));
    auto menu = read_grub_environment("ab=1\na=2 3\n", "a");
    REQUIRE(menu->lines.size() == 1);
    CHECK(command_line_of("ab=1\na=2 3\n", menu->lines[0]) == "2 3");
    CHECK(read_grub_environment("ab=1\n", "a")->lines.empty());
}
