// SPDX-License-Identifier: GPL-2.0-or-later
// Where dumps go by each distribution's configuration, and what of that is kept in a recording.
#include "extras/dump_target.h"

#include "extras/blank.h"
#include "tests/catch.h"
#include "tests/machine/made.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

struct Row {
    std::string path, text;
    std::string place; // as it is told
    std::string kept;  // of the file
};

const std::string conf = "/etc/kdump.conf", debian = "/etc/default/kdump-tools",
                  suse = "/etc/sysconfig/kdump";

} // namespace

TEST_CASE("the place of dumps is told, and told again from what a recording keeps, without hosts and users") {
    for (const Row &row : std::vector<Row>{
             {conf, "#path /a\npath /dumps # here\ncore_collector x\n", "/dumps", "path /dumps # here\n"},
             {conf, "core_collector x\n", "/var/crash", ""},
             {conf, "path \"/a\"\n", "/a", "path \"/a\"\n"},
             {conf, "ssh root@host\npath /a\n", "ssh", "ssh (hidden)\npath /a\n"},
             {conf, "xfs UUID=1-2\n", "xfs", "xfs (hidden)\n"},
             {debian, "USE_KDUMP=1\nKDUMP_COREDIR=\"/srv\"\n", "/srv", "KDUMP_COREDIR=\"/srv\"\n"},
             {debian, "KDUMP_COREDIR=/a\nNFS=\"host:/x\"\n", "NFS", "KDUMP_COREDIR=/a\nNFS=(hidden)\n"},
             {debian, "USE_KDUMP=1\n", "/var/crash", ""},
             {suse, "KDUMP_SAVEDIR=\"file:///var/dumps\"\n", "/var/dumps",
              "KDUMP_SAVEDIR=\"file:///var/dumps\"\n"},
             {suse, "KDUMP_SAVEDIR=ftp://me:word@host/x\n", "ftp", "KDUMP_SAVEDIR=ftp:(hidden)\n"},
             {suse, "KDUMP_COMMANDLINE_APPEND=\"quiet\"\n", "/var/crash", ""}}) {
        INFO(row.path << ": " << row.text);
        Snapshot snapshot = snapshot_of({{row.path, row.text}});
        CHECK(dump_target(snapshot).place == row.place);
        blank(snapshot);
        CHECK(snapshot.text(row.path) == row.kept);
        CHECK(dump_target(snapshot).place == row.place);
    }
    CHECK(dump_target(Snapshot()).place == "/var/crash");
    CHECK(dump_target(Snapshot()).told_by.empty());
}
