# SPDX-License-Identifier: GPL-2.0-or-later
"""Dumps that go to another machine, from a Debian whose dracut makes the capture initramfs. An sshd runs on this host's loopback, in a
root directory, with keys and settings of its own; QEMU's network lets the machine reach it."""
import contextlib
import socket
import subprocess
import time

import installed
from cases import capture
from machine import MACHINES
from proof import require

LIMIT = 600     # seconds; dracut takes most of them
HOST = "10.0.2.2"   # this host, as QEMU's user network has it
KEY = "root/.ssh/kdump_id_rsa"

SCRIPT = """\
armed() {
    next again
    try service systemctl is-active kdump
    try log journalctl --no-pager -b -u kdump -o cat
    try status kdumpctl status
    try command cat /proc/cmdline
    cp /etc/kdump.conf /root/right.conf
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
    next finished
    say ready-again
    read -r line
    echo c >/proc/sysrq-trigger
}

finished() {
    say end
    systemctl poweroff
}
"""

EXPECTED = {
    "service": (0, "^active$"), "log": (0, r"Starting kdump: \[OK\]"), "status": (0, "operational"),
    "checked": (1, "does not let us in.*Permission denied"), "refused": (1, "does not let us in.*Permission denied"), "loaded": (0, "^1$"),
}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def make_key(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path], check=True)
    return path.with_name(path.name + ".pub").read_text(encoding="utf-8")


class Server:
    """The other machine: a directory tree, where dumps arrive."""

    def __init__(self, bench):
        self.port, self.tree, self._log = free_port(), installed.unpack(bench.directory / "server"), bench.directory / "sshd.log"
        self.host_key = make_key(self.tree / "etc/ssh/own_key")
        self.authorized = self.tree / "root/authorized"
        (self.tree / "run/sshd").mkdir(parents=True, exist_ok=True)
        settings = (f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey /etc/ssh/own_key\nAuthorizedKeysFile /root/authorized\n"
                    "PermitRootLogin prohibit-password\nPasswordAuthentication no\nUsePAM no\nStrictModes no\nPidFile none\n")
        (self.tree / "etc/ssh/own_config").write_text(settings, encoding="utf-8")

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


def client_files(bench, server):
    """{path in the machine: path here}: keys, what root's ssh knows, the configuration."""
    directory = bench.directory / "client"
    server.authorized.write_text(make_key(directory / KEY), encoding="utf-8")
    make_key(directory / "root/.ssh/wrong")
    texts = {"root/.ssh/known_hosts": f"[{HOST}]:{server.port} {server.host_key}",
             "root/.ssh/config": f"Host {HOST}\n  Port {server.port}\n", "etc/kdump.conf": f"ssh root@{HOST}\npath /var/crash\n"}
    for path, text in texts.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(text, encoding="utf-8")
    return {str(path.relative_to(directory)): path for path in directory.rglob("*") if path.is_file()}


def run_ssh(bench):
    server = Server(bench)
    system = installed.System(bench, "armed", SCRIPT, client_files(bench, server), installed.NETWORK, True, "crashkernel=512M")
    network = ("-netdev", "user,id=n0", "-device", "virtio-net-pci,netdev=n0")
    with server.running(), bench.start(system.setup(network, resets=True)) as guest:
        guest.wait("@@ ready", 2 * LIMIT)
        judge_armed(guest.transcript())
        guest.wait("@@ ready-again", LIMIT)
        # The key is accepted no more when the next crash comes.
        server.authorized.write_text("", encoding="utf-8")
        guest.send("\n")
        guest.wait("@@ end", LIMIT)
    proved = judge_dump(bench, server)
    text = "\n".join(bench.console)
    require(f"root@{HOST} cannot be reached: ssh exited with status 255" in text, "nothing says that the key was not accepted")
    require("that the key is accepted there (kdumpctl propagate)" in text, "nothing says what to do about the key")
    return ["armed at boot with what dracut has made", "a wrong key is refused before anything is unloaded"] + proved + [
        "a key that is refused in the capture kernel is told of, and the machine reboots"]


def judge_armed(said):
    for name, (status, words) in EXPECTED.items():
        installed.require_said(said, "armed", name, status, words)


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
