# SPDX-License-Identifier: GPL-2.0-or-later
"""Dumps that go to a server of NFS: another machine with the kernel's server, on a wire to the one that crashes. Addresses are static,
since nobody gives any out there."""
import disks
import installed
from cases import capture
from proof import require

LIMIT = 900     # seconds; dracut takes most of them
SERVING, CRASHING = "192.168.77.1", "192.168.77.2"

SERVER_SCRIPT = """\
serve() {
    modprobe nfsd
    mount -t nfsd nfsd /proc/fs/nfsd 2>/dev/null
    echo 10 >/proc/fs/nfsd/nfsv4gracetime
    try exported exportfs -ra
    try answering rpc.mountd -N 3
    try serving rpc.nfsd -N 3 2
    say serving
    read -r line
    exportfs -ua
    say withdrawn
    read -r line
    say end
    systemctl poweroff
}
"""
SCRIPT = f"""\
armed() {{
    next again
    try service systemctl restart kdump
    try log journalctl --no-pager -b -u kdump -o cat
    try status kdumpctl status
    try network cat /var/lib/kdump/dracut.network
    try mounts grep -c ' nfs' /proc/mounts
    say ready
    echo c >/proc/sysrq-trigger
}}

again() {{
    next finished
    mount -t nfs {SERVING}:/srv/crash /mnt
    try service systemctl is-active kdump
    try opened sh -c 'makedumpfile --dump-dmesg /mnt/dumps/*/vmcore /root/log'
    umount /mnt
    say ready-again
    read -r line
    try checked kdumpctl check-config --target
    try refused kdumpctl restart
    try loaded cat /sys/kernel/kexec_crash_loaded
    say ready-alone
    read -r line
    echo c >/proc/sysrq-trigger
}}

finished() {{
    try status kdumpctl status
    say end
    systemctl poweroff
}}
"""
REFUSED = rf"{SERVING}:/srv/crash cannot be mounted: \S*mount ended with status 32: mount\.nfs: "
EXPECTED = {
    "serve": {"exported": (0, ""), "answering": (0, ""), "serving": (0, "")},
    "armed": {"service": (0, ""), "log": (0, r"Starting kdump: \[OK\]"), "status": (0, "operational"), "mounts": (1, "^0$"),
              "network": (0, rf"^ip={CRASHING}:::255\.255\.255\.0::[a-z0-9]+:none$|^ifname=kdump-eth0:[0-9a-f:]+ ip={CRASHING}:.*:none$")},
    "again": {"service": (0, "^active$"), "opened": (0, ""), "checked": (1, REFUSED), "refused": (1, REFUSED), "loaded": (0, "^1$")},
    "finished": {"status": (3, r"The last crash of .* was dumped: /dumps/(.|\n)*note: .*nothing is mounted for .*: mount\.nfs: ")},
}


def cable(end, number):
    """QEMU's options for a card on a wire between two machines."""
    return ("-netdev", f"socket,id=n0,{end}", "-device", f"virtio-net-pci,netdev=n0,mac=52:54:00:00:77:{number}")


def make_server(bench):
    texts = {"etc/exports": "/srv/crash *(rw,no_root_squash,sync,no_subtree_check)\n", "srv/crash/.keep": "", "etc/hostname": "serving\n"}
    return installed.System(bench, "serve", SERVER_SCRIPT, texts=installed.network(f"Address={SERVING}/24") | texts, disk="served")


def make_client(bench):
    texts = {"etc/kdump.conf": f"nfs {SERVING}:/srv/crash\npath dumps\nfailure_action dump_to_rootfs\n"}
    return installed.System(bench, "armed", SCRIPT, texts=installed.network(f"Address={CRASHING}/24") | texts, installed=True,
                            words="crashkernel=512M")


def run(bench):
    server, client = make_server(bench), make_client(bench)
    port = installed.free_port()
    with bench.start(server.setup(cable(f"listen=127.0.0.1:{port}", "01"), memory=512)) as other:
        other.wait("@@ serving", LIMIT)
        installed.require_all(other, EXPECTED, "serve")
        with bench.start(client.setup(cable(f"connect=127.0.0.1:{port}", "02"), resets=True)) as guest:
            crash_twice(guest, other)
        console = bench.console
    return ["armed by what dracut has made, with the static address of the running system",
            "an export that is withdrawn is refused before anything is unloaded"] + judge(bench, server, client, console)


def crash_twice(guest, other):
    """With a server that takes the dump, and with one that has been switched off since the kernel was loaded."""
    guest.wait("@@ ready$", 2 * LIMIT)
    installed.require_all(guest, EXPECTED, "armed")
    guest.wait("@@ ready-again", LIMIT)
    other.send("\n")
    other.wait("@@ withdrawn", LIMIT)
    guest.send("\n")
    guest.wait("@@ ready-alone", LIMIT)
    installed.require_all(guest, EXPECTED, "again")
    other.send("\n")
    other.wait("reboot: Power down", LIMIT)
    guest.send("\n")
    guest.wait("@@ end", LIMIT)
    installed.require_all(guest, EXPECTED, "finished")
    guest.wait("reboot: Power down", LIMIT)


def judge(bench, server, client, console):
    files = disks.extract(server.disk, "ext4", bench.directory / "served-files", "/srv/crash")
    dumps = sorted(path for path in (files / "crash/dumps").iterdir() if path.is_dir())
    require(len(dumps) == 1 and dumps[0].name.startswith(CRASHING), f"the server has {[path.name for path in dumps]}")
    names = sorted(path.name for path in dumps[0].iterdir())
    require(names == ["kexec-dmesg.log", "vmcore", "vmcore-dmesg.txt"], f"the dump's directory has {names}")
    stored = (dumps[0] / "vmcore-dmesg.txt").read_text(errors="replace").splitlines()
    proved = capture.judge_dump(bench, capture.Scene("x86_64"), dumps[0] / "vmcore", stored, console)
    files = disks.extract(client.disk, "ext4", bench.directory / "files", "/dumps")
    second = list((files / "dumps").glob("*/vmcore"))
    require(len(second) == 1 and second[0].stat().st_size > 0, f"/dumps has {second}")
    return proved + ["a server that is gone: the dump goes where failure_action has it, the next boot tells why"]
