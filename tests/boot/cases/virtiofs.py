# SPDX-License-Identifier: GPL-2.0-or-later
"""Dumps that go to a directory of the host's by virtiofs: the capture program alone stores the first one, the second is stored by what
dracut has made, between the administrator's programs, and one of these keeps the third from being stored."""
import contextlib
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

import disks
import installed
from cases import capture
from machine import MACHINES, WITH_US
from proof import require

LIMIT = 900     # seconds; dracut takes most of them
# Debian 12 has it with QEMU, later ones by itself.
PROGRAMS = ("/usr/lib/qemu/virtiofsd", "/usr/libexec/virtiofsd")
TAG = "crashes"

# What runs around the dump: a command whose output is told (/dev/console is this console), and the exit status.
HOOKS = {
    "pre": ("ls /proc/vmcore", "$(sed -n 's/.* refused=\\([0-9]*\\).*/\\1/p' /proc/cmdline)"),
    "pre.d/10-module": ("sed -n 's/^dummy .*/loaded/p' /proc/modules", 1),
    "pre.d/20-program": ("/usr/bin/factor 42", 0),
    "post.d/10-look": (f'mkdir /look && mount -t virtiofs {TAG} /look && set -- /look/second/*/vmcore && [ -s "$1" ] && echo $#', 0),
    "post": ("echo behind", 0),
}
SAID = ["pre : /proc/vmcore", "10-module : loaded", "20-program : 42: 2 3 7", "10-look 0: 1", "post 0: behind"]
AROUND = r"@@ hook 20-program.*: storing the dump in /second.*: makedumpfile has stored the dump in.*@@ hook 10-look"

SCRIPT = """\
changed() {
    find /boot /etc /usr /var/lib/kdump -xdev -cnewer /root/mark
    cat /sys/kernel/kexec_crash_loaded
}

armed() {
    next again
    try service systemctl is-active kdump
    sed -i s/crashes/nobodys/ /etc/kdump.conf
    try checked kdumpctl check-config --target
    try refused kdumpctl restart
    sed -i s/nobodys/crashes/ /etc/kdump.conf
    try loaded cat /sys/kernel/kexec_crash_loaded
    touch /root/mark
    sleep 1
    try would-stop kdumpctl stop --print
    try would-restart kdumpctl restart --print
    try would-rebuild kdumpctl rebuild --print
    try would-reload kdumpctl reload --print
    try armed-still changed
    kdumpctl stop
    rm -f /var/lib/kdump/*kdump.img /boot/*kdump.img
    touch /root/mark
    sleep 1
    try would-start kdumpctl start --print
    try unarmed-still changed
    try start kdumpctl start
    say ready
    echo c >/proc/sysrq-trigger
}

again() {
    next refusing
    try status kdumpctl status
    mkdir /mnt/second
    cp -r /root/hooks /etc/kdump
    chmod -R +x /etc/kdump
    cp /root/hooks.conf /etc/kdump.conf
    try would kdumpctl restart --print
    try restart kdumpctl restart
    sync
    say ready-again
    echo c >/proc/sysrq-trigger
}

refusing() {
    next finished
    try status kdumpctl status
    mkdir /etc/sysconfig
    echo 'KDUMP_COMMANDLINE_APPEND="nr_cpus=1 reset_devices refused=3"' >/etc/sysconfig/kdump
    touch /root/mark
    try restart kdumpctl restart
    try made find /boot /var/lib/kdump -name '*kdump.img' -newer /root/mark
    sync
    say ready-refusing
    echo c >/proc/sysrq-trigger
}

finished() {
    try service systemctl is-active kdump
    say end
    systemctl poweroff
}
"""

CONFIGURATION = """\
path /mnt/second
kdump_pre /etc/kdump/pre
kdump_post /etc/kdump/post
extra_bins /usr/bin/factor
extra_modules dummy
"""
REFUSED = r"nobodys cannot be mounted: \S*mount ended with status 32: mount: "
WRITES, LOADS = r"^write \S+kdump\.img", r"^run \S*kexec .*-p /boot/vmlinuz-.*kdump\.img"
EXPECTED = {
    "armed": {"service": (0, "^active$"), "checked": (1, rf"^/etc/kdump\.conf:1:1: error: {REFUSED}"),
              "refused": (1, rf"/etc/kdump\.conf:1:1: {REFUSED}"), "loaded": (0, "^1$"), "would-stop": (0, r"^run \S*kexec -p -u$"),
              "would-restart": (0, LOADS), "would-rebuild": (0, WRITES),
              "would-reload": (0, LOADS), "armed-still": (0, r"\A1\Z"), "would-start": (0, rf"{WRITES}(.|\n)*{LOADS}"),
              "unarmed-still": (0, r"\A0\Z"), "start": (0, "")},
    "again": {"status": (0, "The last crash of .* was dumped: /mnt/dumps/127"), "would": (0, r"^run \S*dracut .*--force-drivers dummy "),
              "restart": (0, "")},
    "refusing": {"status": (0, r"The last crash of .* was dumped: /mnt/second/127(.|\n)*note: .*/10-module exited with status 1"),
                 "restart": (0, ""), "made": (0, r"\A\Z")},
    "finished": {"service": (0, "^active$")},
}


class Share:
    """A directory of this host, and the program that QEMU reaches it through."""

    def __init__(self, bench):
        self.directory, self._log = bench.directory / "shared", bench.directory / "virtiofsd.log"
        (self.directory / "dumps").mkdir(parents=True)

    @contextlib.contextmanager
    def running(self):
        """QEMU's options for the device."""
        program = next(filter(shutil.which, PROGRAMS), None)
        require(program, "virtiofsd is not installed")
        with tempfile.TemporaryDirectory() as scratch, open(self._log, "wb") as log:
            path = pathlib.Path(scratch) / "socket"
            words = [*WITH_US, program, f"--socket-path={path}", "-o", f"source={self.directory}", "-o", "sandbox=chroot"]
            with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT) as process:
                try:
                    self._wait_for(path)
                    yield ("-object", f"memory-backend-memfd,id=memory,size={installed.MEMORY}M,share=on", "-machine",
                           "memory-backend=memory", "-chardev", f"socket,id=share,path={path}", "-device",
                           f"vhost-user-fs-pci,chardev=share,tag={TAG}")
                finally:
                    process.kill()

    def _wait_for(self, path):
        for _ in range(100):
            if path.exists():
                return
            time.sleep(0.1)
        raise RuntimeError(f"virtiofsd does not start: {self._log.read_text(errors='replace')}")


def make(bench):
    hooks = {f"root/hooks/{name}": f'#!/bin/sh\necho "@@ hook ${{0##*/}} $*: $({command})" >/dev/console\nexit {status}\n'
             for name, (command, status) in HOOKS.items()}
    texts = {"etc/kdump.conf": f"virtiofs {TAG}\npath /dumps\n", "root/hooks.conf": CONFIGURATION,
             "etc/fstab": f"UUID={disks.UUID} / ext4 errors=remount-ro 0 1\n{TAG} /mnt virtiofs defaults 0 0\n"}
    return installed.System(bench, "armed", SCRIPT, texts=texts | hooks, installed=True, words="crashkernel=512M")


def run(bench):
    share, system = Share(bench), make(bench)
    with share.running() as device, bench.start(system.setup(device, resets=True)) as guest:
        for ready, stage in (("ready$", "armed"), ("ready-again", "again"), ("ready-refusing", "refusing"), ("end", "finished")):
            guest.wait(f"@@ {ready}", LIMIT)
            installed.require_all(guest, EXPECTED, stage)
        guest.wait("reboot: Power down", LIMIT)
        said = guest.transcript()
    proved = judge_hooks(bench.console, said) + judge_dumps(bench, share)
    return ["another tag is refused", "--print tells and changes nothing"] + proved


def judge_hooks(console, said):
    require(said.all("again", "hook") == SAID, f"the programs around the dump said {said.all('again', 'hook')}")
    require(re.search(AROUND, "\n".join(console), re.DOTALL), "the programs did not run around the dump")
    capture.require_line(console, "the dump was left out: /etc/kdump/pre exited with status 3")
    require(said.all("refusing", "hook") == SAID[:1], f"behind a kdump_pre that fails there ran {said.all('refusing', 'hook')}")
    return ["programs, a module and scripts around the dump", "none where kdump_pre refuses"]


def judge_dumps(bench, share):
    found = {name: list((share.directory / name).glob("127.0.0.1-*")) for name in ("dumps", "second")}
    require([len(dumps) for dumps in found.values()] == [1, 1], f"the host has {found}")
    for dumps in found.values():
        names = sorted(path.name for path in dumps[0].iterdir())
        require(names == ["kexec-dmesg.log", "vmcore", "vmcore-dmesg.txt"], f"the dump's directory has {names}")
    second = capture.run_makedumpfile(MACHINES["x86_64"], "--dump-dmesg", found["second"][0] / "vmcore", bench.directory / "second-log")
    require(second.returncode == 0, f"makedumpfile does not read the second dump: {second.stdout}")
    stored = (found["dumps"][0] / "vmcore-dmesg.txt").read_text(errors="replace").splitlines()
    return capture.judge_dump(bench, capture.Scene("x86_64"), found["dumps"][0] / "vmcore", stored, bench.console)
