// SPDX-License-Identifier: GPL-2.0-or-later
// What is read of modprobe.d, and what comes of it.
#include "capture/modprobe.h"

#include "capture/modules.h"
#include "tests/catch.h"
#include "tests/support/temporary.h"

using namespace kexec::testing;

namespace kexec::capture {

using Names = std::vector<std::string>;

TEST_CASE("modprobe.d: lines of all files, a file of an earlier directory in the place of a later one's") {
    TemporaryDirectory root;
    root.write("etc/modprobe.d/b.conf", "# options no thing=1\noptions mpt3sas max_queue_depth=8\n"
                                        "options mpt3sas  msix_disable=1 \\\n  logging_level=2\noptions x\n");
    root.write("lib/modprobe.d/b.conf", "options mpt3sas hidden=1\n");
    root.write("lib/modprobe.d/a.conf",
               "options dm-mod x=\"a b\"\nblacklist pcspkr-x\ninstall usb-storage /bin/true\n"
               "softdep a pre: b\n");
    root.write("etc/modprobe.d/c.txt", "blacklist other\n");
    ModprobeSettings settings = read_modprobe_settings(root.path());
    CHECK(settings.options.size() == 2);
    CHECK(settings.options.at("mpt3sas") == "max_queue_depth=8 msix_disable=1    logging_level=2");
    CHECK(settings.options.at("dm_mod") == "x=\"a b\"");
    CHECK(settings.blacklist == std::set<std::string>{"pcspkr_x"});
    CHECK(settings.replaced == std::set<std::string>{"usb_storage"});
    CHECK(settings.soft_dependencies == Names{"softdep a pre: b"});
    CHECK(read_modprobe_settings(root.path("lib")).options.empty());
}

TEST_CASE("modprobe.d: no alias leads to a module of the blacklist, its name does") {
    TemporaryDirectory lists;
    lists.write("modules.dep", "a.ko:\nb.ko:\nc.ko:\n");
    lists.write("modules.alias", "alias pci:v1* a\nalias pci:v1* b\nalias crc a\n");
    ModuleTree tree = *ModuleTree::read(lists.path());
    ModprobeSettings settings;
    settings.blacklist = {"a"};
    settings.soft_dependencies = {"softdep b pre: c"};
    tree.obey(settings);
    Names order;
    CHECK(tree.add_for_device("pci:v1d2", order));
    CHECK(order == Names{"c", "b"});
    CHECK_FALSE(tree.add("crc", order));
    CHECK(tree.add("a", order));
    CHECK(order == Names{"c", "b", "a"});
}

} // namespace kexec::capture
