# SPDX-License-Identifier: GPL-2.0-or-later
"""A Debian on a disk, with systemd, that goes through a script of ours at each boot. What its boot loader would do is done here: the
kernel is started with the words that /boot/extlinux/extlinux.conf on that disk has at the time."""
import re
import shutil
import socket
import subprocess

import debian
import disks
import initramfs
import supplies
from machine import MACHINES, WITH_US, Setup
from proof import require

PACKAGES = ("systemd-sysv", "udev", "linux-image-cloud-amd64", "initramfs-tools", "makedumpfile", *debian.LIBRARIES, "dracut-core",
            "dracut-network", "openssh-server", "nfs-common", "nfs-kernel-server")
# What would start by itself, and is not asked for.
IDLE = ("ssh.service", "nfs-server.service", "nfs-client.target", "rpcbind.service", "rpcbind.socket", "apt-daily.timer",
        "apt-daily-upgrade.timer", "e2scrub_all.timer", "fstrim.timer", "dpkg-db-backup.timer", "remote-fs.target",
        "e2scrub_reap.service", "blk-availability.service", "serial-getty@ttyS0.service", "getty@tty1.service",
        "rpc-statd-notify.service", "nfs-blkmap.service")
SIZE = 3 << 30
MEMORY = 3072      # MiB; the default reservation is for machines of 2 GiB and more
PROGRAMS = ("kexec", "kdumpctl", "kdump-capture")
SYSTEM = supplies.HERE.parents[1] / "system"
EXTLINUX = "boot/extlinux/extlinux.conf"
MACHINE_ID = "0123456789abcdef0123456789abcdef\n"

UNIT = """\
[Unit]
Description=The script of this test
After=kdump.service network-online.target

[Service]
Type=oneshot
TimeoutStartSec=infinity
StandardInput=tty
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
ExecStart=/bin/sh /root/script
"""


def network(setting):
    """Texts that have systemd set up whatever Ethernet there is."""
    return {"etc/systemd/network/all.network": f"[Match]\nName=e*\n[Network]\n{setting}\n"}


GIVEN_ADDRESS = network("DHCP=ipv4")


# Each boot is a stage: its function is called, and has named the next one before it ends.
SCRIPT = """\
. /root/common.sh
export LC_ALL=C.UTF-8 HOME=/root DEBIAN_FRONTEND=noninteractive
stage=$(cat /root/stage)
next() {
    echo "$1" >/root/stage
    sync
}
try() {
    name=$1
    shift
    "$@" >/tmp/output 2>&1
    say exit "$name" $?
    say_lines "said:$name" </tmp/output
}
"""


def package_of_this_tree(bench, name="kexec-toolkit"):
    """One of our packages, built anew where the programs under test are newer than it."""
    try:
        package = debian.built_package(name)
    except StopIteration:
        package = None
    if package is None or package.stat().st_mtime < (bench.programs / "kexec").stat().st_mtime:
        debian.WORK.mkdir(parents=True, exist_ok=True)
        debian.build_package(1)
    return debian.built_package(name)


def unpack(directory):
    """The Debian as a directory tree."""
    directory.mkdir()
    subprocess.run(["tar", "--zstd", "-xpf", debian.stored_root(PACKAGES, ()), "-C", directory], check=True)
    return directory


def free_port():
    """One of this host's that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def inside(tree, *command, **how):
    """Starts a command that has the tree for its root; it cannot reboot."""
    line = [*WITH_US, *debian.WITHOUT_REBOOT, "unshare", "--mount", "--pid", "--fork", "--kill-child", "chroot", tree, *command]
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.Popen(list(map(str, line)), env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, **how)


class System:
    """The disk, and what a boot loader takes from it."""

    def __init__(self, bench, first_stage, script, files=None, texts=None, installed=False, words="", disk="disk"):
        """script: functions of a shell, one for each stage; files: {path in there: path here}; texts: {path in there: text};
        installed: with our programs, and the service enabled; words: for the kernel; disk: its file's name."""
        self.bench, self.machine = bench, MACHINES["x86_64"]
        self._words = words
        tree = unpack(bench.directory / f"{disk}-tree")
        if installed:
            self._install(tree)
        for name in IDLE:
            (tree / "etc/systemd/system" / name).unlink(missing_ok=True)
            (tree / "etc/systemd/system" / name).symlink_to("/dev/null")
        for path, source in (files or {}).items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, tree / path)
        for path, text in (self._own_texts(tree, first_stage, script) | (texts or {})).items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_text(text, encoding="utf-8")
        wanted = tree / "etc/systemd/system/multi-user.target.wants"
        (wanted / "script.service").symlink_to("../script.service")
        if any(path.startswith("etc/systemd/network/") for path in texts or {}):
            (wanted / "systemd-networkd.service").symlink_to("/lib/systemd/system/systemd-networkd.service")
        self.disk = disks.make(bench.directory / disk, "ext4", SIZE, tree)
        shutil.rmtree(tree)

    def _install(self, tree):
        for name in PROGRAMS:
            shutil.copy(self.bench.programs / name, tree / "usr/sbin")
        shutil.copytree(SYSTEM / "dracut/99kdump-toolkit", tree / "usr/lib/dracut/modules.d/99kdump-toolkit")
        units = tree / "etc/systemd/system"
        for name in ("kdump.service.in", "kdump-hotplug.service.in", "kdump-hotplug.timer"):
            text = (SYSTEM / name).read_text(encoding="utf-8").replace("@SBINDIR@", "/usr/sbin")
            (units / name.removesuffix(".in")).write_text(text, encoding="utf-8")
        shutil.copy(SYSTEM / "98-kdump-toolkit.rules", tree / "etc/udev/rules.d")
        shutil.copy(SYSTEM / "kdump.tmpfiles", tree / "etc/tmpfiles.d/kdump.conf")
        (units / "multi-user.target.wants/kdump.service").symlink_to("../kdump.service")

    def _own_texts(self, tree, first_stage, script):
        kernel, initrd = (next((tree / "boot").glob(pattern)) for pattern in ("vmlinuz-*", "initrd.img-*"))
        self.kernel, self.initrd = (shutil.copy(path, self.bench.directory) for path in (kernel, initrd))
        menu = (f"default debian\nlabel debian\n  linux /boot/{kernel.name}\n  initrd /boot/{initrd.name}\n"
                f"  append root=UUID={disks.UUID} ro {self._words}\n")
        return {"root/common.sh": initramfs.SHELL_COMMON.read_text(), "root/stage": first_stage + "\n",
                "root/script": f'{SCRIPT}{script}\nsay stage "$stage"\n"$stage"\n', "etc/systemd/system/script.service": UNIT,
                EXTLINUX: menu, "etc/fstab": f"UUID={disks.UUID} / ext4 errors=remount-ro 0 1\n", "etc/machine-id": MACHINE_ID,
                "etc/hostname": "crashing\n", "etc/dpkg/dpkg.cfg.d/fast": "force-unsafe-io\n"}

    def words(self):
        """What the boot loader hands over, as the file on the disk has it now."""
        text = subprocess.run(["debugfs", "-R", f"cat /{EXTLINUX}", self.disk], check=True, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True).stdout
        return next(line.strip().removeprefix("append ") for line in text.splitlines() if line.strip().startswith("append "))

    def setup(self, extra=(), resets=False, memory=MEMORY):
        drive = ("-drive", f"file={self.disk},if=virtio,format=raw,cache=unsafe")
        return Setup(self.machine, self.machine.plain_firmware(), self.kernel, self.initrd, memory, append=self.words(),
                     extra=(*drive, *extra), resets=resets)


def require_said(said, stage, name, status, words):
    """What a stage tried under that name ended with this exit status, and printed something that matches."""
    ended = dict(line.rsplit(" ", 1) for line in said.all(stage, "exit")).get(name)
    text = "\n".join(said.all(stage, f"said:{name}"))
    require(ended == str(status), f"{stage}, {name}: the exit status is {ended}, not {status}: {text}")
    require(re.search(words, text, re.MULTILINE), f"{stage}, {name}: the output lacks {words!r}: {text}")


def require_all(guest, expected, stage):
    """expected: {stage: {name: (status, words)}}."""
    for name, (status, words) in expected[stage].items():
        require_said(guest.transcript(), stage, name, status, words)
