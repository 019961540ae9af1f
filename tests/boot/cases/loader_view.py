# SPDX-License-Identifier: GPL-2.0-or-later
"""The initramfs that kdumpctl changes for firmware-assisted dump, and puts back, as a boot loader finds it behind a reset: on the disk, by
a reader that knows nothing of the file system's journal. The machine says what fadump's would; what is frozen is a real file system."""
import hashlib
import subprocess

import installed
from proof import require

LIMIT = 300

SCRIPT = """\
made() {
    next made
    mkdir -p /run/kernel/fadump
    echo 1 >/run/kernel/fadump/enabled
    echo 0 >/run/kernel/fadump/registered
    mount --bind /run/kernel /sys/kernel
    try rebuilt kdumpctl rebuild
    umount /sys/kernel
    say sum $(sha256sum /boot/initrd.img-*)
    dd if=/root/script of=/boot/journalled conv=fsync 2>/dev/null
    say made
    read -r line
    try restarted kdumpctl restart
    say sum $(sha256sum /boot/initrd.img-*)
    say restored
    read -r line
    say end
    systemctl poweroff
}
"""
EXPECTED = {"made": {"rebuilt": (0, "has been made"), "restarted": (0, r"Starting kdump: \[OK\]")}}


def on_disk(system, path, copy):
    """The digest of a file without what the journal has; empty where there is none."""
    copy.unlink(missing_ok=True)
    subprocess.run(["debugfs", "-R", f"dump {path} {copy}", system.disk], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    data = copy.read_bytes() if copy.exists() else b""
    return hashlib.sha256(data).hexdigest() if data else ""


def run(bench):
    system = installed.System(bench, "made", SCRIPT, installed=True, words="crashkernel=256M")
    with open(system.initrd, "rb") as file:
        original = hashlib.file_digest(file, "sha256").hexdigest()
    with bench.start(system.setup()) as guest:
        for word in ("made", "restored"):
            guest.wait(f"@@ {word}$", LIMIT)
            digest, path = guest.transcript().all("made", "sum")[-1].split()
            require((digest == original) == (word == "restored"), f"{path} is {digest} when it is {word}, the original is {original}")
            found = on_disk(system, path, bench.directory / "copy")
            require(found == digest, f"{word}: a boot loader finds {found or 'nothing'}, the machine has {digest}")
            if word == "made":
                require(not on_disk(system, "/boot/journalled", bench.directory / "copy"), "what is only journalled is found too")
            guest.send("\n")
        guest.wait("@@ end", LIMIT)
        installed.require_all(guest, EXPECTED, "made")
        guest.wait("reboot: Power down", LIMIT)
    return ["changed and put back, it is on the disk at once"]
