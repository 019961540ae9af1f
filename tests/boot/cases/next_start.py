# SPDX-License-Identifier: GPL-2.0-or-later
"""The boot behind a crash: kdumpctl start looks for what came of that, makes files of a dump on a raw device, and arms the machine
again; kdumpctl status tells."""
import filecmp
import re
import subprocess

import capturing
import disks
import supplies
from machine import MACHINES, Setup
from proof import require

LIMIT = 120
MACHINE, VERSION = MACHINES["x86_64"], "6.1"

SCRIPT = """\
{load}
{mount}
mkdir -p /var/crash
kdumpctl start >/tmp/said 2>&1
say start_exit $?
say_lines start </tmp/said
say loaded "$(cat /sys/kernel/kexec_crash_loaded)"
kdumpctl status | say_lines status
say left "$(dd if=/dev/vda bs=4096 count=1 2>/dev/null | tr -d '\\000' | wc -c)"
tar -c -C /var/crash . | dd of=/dev/vdb bs=1M 2>/dev/null
sync
"""


def boot(bench, drives, modules, conf, mount=""):
    """What a machine says that is as a user has it; `drives` are images, of which the last takes an archive of /var/crash."""
    tree, places = installed(bench, modules)
    script = SCRIPT.replace("{load}", "\n".join(f"insmod /{place}" for place in places)).replace("{mount}", mount)
    initrd = bench.initramfs(MACHINE, "start", script, tree, {"etc/kdump.conf": conf.encode()})
    options = tuple(word for path in drives for word in ("-drive", f"file={path},if=virtio,format=raw,cache=unsafe"))
    said = bench.run(Setup(MACHINE, MACHINE.plain_firmware(), supplies.kernel(MACHINE, VERSION), initrd, 768,
                           append="crashkernel=256M", extra=options), LIMIT)
    output = " / ".join(said.all("start", "start"))
    require(said.one("start", "start_exit") == "0", f"kdumpctl start says {output}")
    require(said.one("start", "loaded") == "1", f"the machine is not armed: {output}")
    return said


def require_told(bench, disk, modules, words):
    """With the target mounted, kdumpctl status says these words of the last crash."""
    archive = disks.make(bench.directory / "archive", "raw")
    said = boot(bench, (disk, archive), modules, f"ext4 LABEL={disks.LABEL}\npath /var/crash\n",
                "mkdir /crash && mount -t ext4 /dev/vda /crash")
    status = " / ".join(said.all("start", "status"))
    require(words in status, f"kdumpctl status says {status}")
    return ["kdumpctl status tells it in the next boot"]


def take_raw(bench, disk, modules):
    """Boots with a dump on the raw device, of which makedumpfile -R has made the bench's vmcore; what is proved."""
    archive = disks.make(bench.directory / "archive", "raw")
    said = boot(bench, (disk, archive), modules, "raw /dev/vda\n")
    require(said.one("start", "left") == "0", "the device still begins with the dump")
    return judge_files(bench, said, archive)


def installed(bench, modules):
    """({path in the machine: path here}, where the modules of the disk are in there, in their order)."""
    kernel = supplies.kernel(MACHINE, VERSION)
    release, tree = capturing.modules(kernel)
    files = {f"boot/vmlinuz-{release}": kernel}
    for name in ("kdumpctl", "kexec", "kdump-capture"):
        files.update(bench.program(name))
    known = tree / "lib/modules" / release
    for path in known.glob("modules.*"):
        files[f"lib/modules/{release}/{path.name}"] = path
    of_name = {path.name.partition(".")[0].replace("-", "_"): path for path in known.glob("**/*.ko")}
    places = [f"lib/modules/{release}/{of_name[name].relative_to(known)}" for name in modules]
    files.update({place: of_name[name] for place, name in zip(places, modules)})
    return files, places


def judge_files(bench, said, archive):
    files = bench.directory / "files"
    files.mkdir()
    subprocess.run(["tar", "-x", "-f", archive, "-C", files], check=True)
    directory, = files.iterdir()
    require(re.fullmatch(r"127\.0\.0\.1-20[-:0-9]{17}", directory.name), f"the directory is called {directory.name}")
    status = " / ".join(said.all("start", "status"))
    require(f"was dumped: /var/crash/{directory.name}" in status, f"kdumpctl status says {status}")
    require(filecmp.cmp(directory / "vmcore", bench.directory / "vmcore", shallow=False), "the vmcore is another than that of the device")
    require("sysrq triggered crash" in (directory / "vmcore-dmesg.txt").read_text(errors="replace"), "the log lacks the panic")
    return ["the next kdumpctl start makes the same file and the log of it", "the device is free again"]
