# SPDX-License-Identifier: GPL-2.0-or-later
"""Dumps that go to another machine, from a Debian whose dracut makes the capture initramfs. An sshd runs on this host's loopback, in a
root directory, with keys and settings of its own; QEMU's network lets the machine reach it."""
import contextlib
import shutil
import socket
import subprocess
import time

import disks
import installed
from cases import capture
from machine import MACHINES
from proof import require

LIMIT = 900     # seconds; dracut takes most of them
HOST = "10.0.2.2"   # this host, as QEMU's user network has it
PASSWORD = "over-there"

SCRIPT = """\
armed() {
    next again
    try keyless kdumpctl start
    try brought kdumpctl propagate
    try service systemctl restart kdump
    try log journalctl --no-pager -b -u kdump -o cat
    try status kdumpctl status
    cp /etc/kdump.conf /root/right.conf
    ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/wrong
    echo 'sshkey /root/.ssh/wrong' >>/etc/kdump.conf
    try checked kdumpctl check-config --target
    try refused kdumpctl restart
    try loaded cat /sys/kernel/kexec_crash_loaded
    cp /root/right.conf /etc/kdump.conf
    next again
    say ready
    echo c >/proc/sysrq-trigger
}

again() {
    next finished
    try service systemctl is-active kdump
    try log journalctl --no-pager -b -u kdump -o cat
    try status kdumpctl status
    try made find /boot /var/lib/kdump -name '*kdump.img' -newer /root/right.conf
    next finished
    say ready-again
    read -r line
    echo c >/proc/sysrq-trigger
}

finished() {
    try status kdumpctl status
    say end
    systemctl poweroff
}
"""

REFUSED = r"does not let us in.*Permission denied"
# Of each stage: exit status, and what the output has to hold.
EXPECTED = {
    "armed": {"keyless": (1, r"Host key verification failed\.(.|\n)*kdumpctl propagate"),
              "brought": (0, f"root/.ssh/kdump_id_rsa opens root@{HOST}"), "service": (0, ""), "log": (0, r"Starting kdump: \[OK\]"),
              "status": (0, "operational"), "checked": (1, REFUSED), "refused": (1, REFUSED), "loaded": (0, "^1$")},
    "again": {"service": (0, "^active$"), "made": (0, r"\A\Z"), "log": (0, r"Starting kdump: \[OK\]"), "status": (0, "operational")},
    "finished": {"status": (3, r"The last crash of .* was dumped: /var/crash/127\.0\.0\.1(.|\n)*"
                               rf"note: ssh root@{HOST}: .*Permission denied.*going on with the next target")},
}


class Server:
    """The other machine: a directory tree, where dumps arrive."""

    def __init__(self, bench):
        self.port, self.tree, self._log = installed.free_port(), installed.unpack(bench.directory / "server"), bench.directory / "sshd.log"
        self.authorized = self.tree / "root/.ssh/authorized_keys"
        (self.tree / "run/sshd").mkdir(parents=True, exist_ok=True)
        settings = (f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey /etc/ssh/ssh_host_ed25519_key\n"
                    "PermitRootLogin yes\nUsePAM no\nStrictModes no\nPidFile none\n")
        (self.tree / "etc/ssh/own_config").write_text(settings, encoding="utf-8")
        subprocess.run(["chroot", self.tree, "chpasswd", "-c", "SHA512"], input=f"root:{PASSWORD}\n", text=True, check=True)

    @contextlib.contextmanager
    def running(self):
        with open(self._log, "wb") as log:
            process = installed.inside(self.tree, "/usr/sbin/sshd", "-D", "-e", "-f", "/etc/ssh/own_config", stdout=log)
            try:
                self._wait()
                yield
            finally:
                process.kill()
                process.wait()

    def _wait(self):
        for _ in range(100):
            with socket.socket() as connection:
                if connection.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.2)
        raise RuntimeError(f"the sshd does not answer: {self._log.read_text(errors='replace')}")

    def dumps(self):
        return sorted((self.tree / "var/crash").glob("*"))


def client_texts(server):
    return installed.GIVEN_ADDRESS | {"root/.ssh/config": f"Host {HOST}\n  Port {server.port}\n",
                                "etc/kdump.conf": f"ssh root@{HOST}\npath /var/crash\nfailure_action dump_to_rootfs\n"}


def run_ssh(bench):
    server = Server(bench)
    system = installed.System(bench, "armed", SCRIPT, texts=client_texts(server), installed=True, words="crashkernel=512M")
    network = ("-netdev", "user,id=n0", "-device", "virtio-net-pci,netdev=n0")
    with server.running(), bench.start(system.setup(network, resets=True)) as guest:
        # As root on a terminal would: the key of the machine there, and the password.
        guest.wait("Are you sure you want to continue connecting", LIMIT)
        guest.send("yes\n")
        guest.wait("password:", LIMIT)
        guest.send(f"{PASSWORD}\n")
        guest.wait("@@ ready$", LIMIT)
        installed.require_all(guest, EXPECTED, "armed")
        guest.wait("@@ ready-again", LIMIT)
        installed.require_all(guest, EXPECTED, "again")
        # The key is accepted no more when the next crash comes.
        server.authorized.write_text("", encoding="utf-8")
        guest.send("\n")
        guest.wait("@@ end", LIMIT)
        installed.require_all(guest, EXPECTED, "finished")
        guest.wait("reboot: Power down", LIMIT)
    proved = judge_dump(bench, server) + judge_second(bench, system)
    shutil.rmtree(server.tree)
    return ["a key brought there, armed by what dracut has made", "a wrong key is refused before anything is unloaded"] + proved


def judge_dump(bench, server):
    dumps = server.dumps()
    require(len(dumps) == 1, f"the server has {[path.name for path in dumps]}")
    names = sorted(path.name for path in dumps[0].iterdir())
    require(names == ["kexec-dmesg.log", "vmcore-dmesg.txt", "vmcore.flat"], f"the dump's directory has {names}")
    require(dumps[0].name.startswith("10.0.2."), f"the directory is called {dumps[0].name}")
    vmcore = bench.directory / "vmcore"
    with open(dumps[0] / "vmcore.flat", "rb") as flattened:
        done = capture.run_makedumpfile(MACHINES["x86_64"], "-R", vmcore, stdin=flattened)
    require(done.returncode == 0, f"makedumpfile -R does not take what has arrived: {done.stdout}")
    stored = (dumps[0] / "vmcore-dmesg.txt").read_text(errors="replace").splitlines()
    return capture.judge_dump(bench, capture.Scene("x86_64"), vmcore, stored, bench.console)


def judge_second(bench, system):
    files = disks.extract(system.disk, "ext4", bench.directory / "files", "/var/crash")
    dumps = [path for path in (files / "crash").iterdir() if path.is_dir()]
    require(len(dumps) == 1 and (dumps[0] / "vmcore").stat().st_size > 0, f"/var/crash has {[path.name for path in dumps]}")
    return ["a key that is refused in the capture kernel: the dump goes where failure_action has it, the next boot tells why"]
