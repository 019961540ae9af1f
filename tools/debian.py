# SPDX-License-Identifier: GPL-2.0-or-later
"""The Debian package of this tree, and a Debian to install it in. What can run and what is missing here is the caller's business."""

import os
import platform
import shutil
import subprocess
from pathlib import Path

import archive
import cache

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "package"
NOT_SOURCE = shutil.ignore_patterns(".git", "build", "__pycache__", ".cache", ".debhelper")

# What a Debian has: the package's libraries, what it replaces, what depends on that, an init system.
SUITE = "bookworm"
LIBRARIES = ["libelf1", "libfdt1", "libdeflate0", "libsnappy1v5", "liblzo2-2", "libstdc++6"]
PACKAGES = ["kexec-tools", "kdump-tools", "systemd", *LIBRARIES]
# These lie in its /root as NAME.deb, to be installed again.
KEPT = ["kexec-tools", "kdump-tools"]

WITHOUT_REBOOT = ["setpriv", "--bounding-set=-sys_boot", "--inh-caps=-sys_boot"]


def fill_root(directory, packages, kept):
    """root.tar.zst with SUITE and the packages, and those to keep in /root; apt takes no file whose name has an escaped epoch."""
    keep = " && ".join(["cd /root"] + [f"apt-get download {name} && mv {name}_*.deb {name}.deb" for name in kept])
    command = [*WITHOUT_REBOOT, "mmdebstrap", "--mode=root", "--variant=minbase", f"--include={','.join(packages)}",
               f"--customize-hook=chroot \"$1\" sh -c '{keep}'", "--dpkgopt=path-exclude=/usr/share/locale/*",
               SUITE, directory / "root.tar.zst", f"deb {archive.base_uri()} {SUITE} main"]
    archive.attempt(lambda: archive.run_apt(command))


def stored_root(packages=tuple(PACKAGES), kept=tuple(KEPT)):
    """That archive; it is made once and kept in the cache."""
    name = "-".join([SUITE, archive.debian_name(platform.machine()), *packages, "with", *kept]).replace("+", "")
    return cache.entry(f"roots/{name}", lambda directory: fill_root(directory, packages, kept)) / "root.tar.zst"


def build_package(jobs):
    """Builds source and binary package of this tree in WORK, from the objects of build/test where a compiler cache has them."""
    for old in WORK.glob("kexec-toolkit*"):
        old.unlink()
    source = WORK / "source"
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(ROOT, source, symlinks=True, ignore=NOT_SOURCE)
    environment = dict(os.environ, LC_ALL="C.UTF-8", DEB_BUILD_OPTIONS=f"werror noautodbgsym parallel={jobs}", DEB_CXXFLAGS_STRIP="-g")
    # debhelper gives the build another home: a compiler cache goes on to be where it is.
    environment.setdefault("CCACHE_DIR", str(Path.home() / ".cache/ccache"))
    with open(WORK / "build.log", "w", encoding="utf-8") as log:
        done = subprocess.run(["dpkg-buildpackage", "-us", "-uc"], cwd=source, env=environment, stdin=subprocess.DEVNULL,
                              stdout=log, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        tail = (WORK / "build.log").read_text(encoding="utf-8", errors="replace").splitlines()[-30:]
        raise AssertionError("dpkg-buildpackage failed:\n" + "\n".join(tail))


def built_package(name="kexec-toolkit"):
    return next(WORK.glob(f"{name}_*_*.deb"))
