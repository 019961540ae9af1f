# SPDX-License-Identifier: GPL-2.0-or-later
"""A dump on a raw device, and the boot behind: kdumpctl start makes files of it there, frees the device, and arms the machine again."""
import filecmp
import subprocess

import capturing
import disks
import supplies
from cases import capture
from machine import MACHINES, Setup
from proof import require

LIMIT = 120
SCENE = capture.Scene("x86_64", target="raw", source="/dev/vda")

SCRIPT = """\
{load}
kdumpctl start >/tmp/said 2>&1
say start_exit $?
say_lines start </tmp/said
say loaded "$(cat /sys/kernel/kexec_crash_loaded)"
kdumpctl status | say_lines status
say left "$(dd if=/dev/vda bs=4096 count=1 2>/dev/null | tr -d '\\000' | wc -c)"
tar -c -C /var/crash . | dd of=/dev/vdb bs=1M 2>/dev/null
sync
"""


def run(bench):
    disk, said, console = capture.play(bench, SCENE)
    proved = capture.judge_raw(bench, SCENE, disk, console)
    return proved + take(bench, disk, said["module"])


def take(bench, disk, modules):
    """Boots a machine as a user has it, with that disk."""
    machine = MACHINES[SCENE.machine]
    archive = disks.make(bench.directory / "archive", "raw")
    tree, places = installed(bench, modules)
    script = SCRIPT.replace("{load}", "\n".join(f"insmod /{place}" for place in places))
    initrd = bench.initramfs(machine, "start", script, tree, {"etc/kdump.conf": b"raw /dev/vda\n"})
    drives = tuple(word for path in (disk, archive) for word in ("-drive", f"file={path},if=virtio,format=raw,cache=unsafe"))
    said = bench.run(Setup(machine, machine.plain_firmware(), supplies.kernel(machine, SCENE.version), initrd, SCENE.memory,
                           append=f"crashkernel={SCENE.reservation}", extra=drives), LIMIT)
    return judge(bench, said, archive)


def installed(bench, modules):
    """({path in the machine: path here}, where the modules of the disk are in there, in their order)."""
    machine = MACHINES[SCENE.machine]
    kernel = supplies.kernel(machine, SCENE.version)
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


def judge(bench, said, archive):
    output = " / ".join(said.all("start", "start"))
    require(said.one("start", "start_exit") == "0", f"kdumpctl start says {output}")
    require(said.one("start", "loaded") == "1", f"the machine is not armed: {output}")
    require(said.one("start", "left") == "0", "the device still begins with the dump")
    files = bench.directory / "files"
    files.mkdir()
    subprocess.run(["tar", "-x", "-f", archive, "-C", files], check=True)
    directory, = files.iterdir()
    require(capture.NAME.fullmatch(directory.name), f"the directory is called {directory.name}")
    status = " / ".join(said.all("start", "status"))
    require(f"was dumped: {capture.PATH}/{directory.name}" in status, f"kdumpctl status says {status}")
    # What makedumpfile -R has made of the device is there since before.
    require(filecmp.cmp(directory / "vmcore", bench.directory / "vmcore", shallow=False), "the vmcore is another than that of the device")
    require("sysrq triggered crash" in (directory / "vmcore-dmesg.txt").read_text(errors="replace"), "the log lacks the panic")
    return ["the next kdumpctl start makes the same file and the log of it", "the device is free again"]
