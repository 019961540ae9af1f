# SPDX-License-Identifier: GPL-2.0-or-later
"""Bytes of the stripped static programs. Distributions link kexec-tools dynamically, so its sizes are kept here: kexec-tools 2.0.32,
built once by Debian 12's compilers, static. Those for other machines have no compression library, so neither have ours."""
import dataclasses
import subprocess

from contenders import WORK
from figure import Figure, NotMeasured, ratio

THEIRS = {"x86_64": 1437192, "arm64": 797432, "ppc64": 1256288, "s390x": 772584}
SMALL = "-Dbackends=native -Dextras=false"
EMULATORS = {"x86_64": (), "arm64": ("qemu-aarch64",), "ppc64": ("qemu-ppc64le",), "s390x": ("qemu-s390x",)}


def starts(program, machine):
    done = subprocess.run([*EMULATORS[machine], program, "-v"], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode == 0 and done.stdout.startswith("kexec-tools")


@dataclasses.dataclass(frozen=True)
class Size:
    name: str       # ./run leaves it below build/bench/sizes by this name; "full" is the usual program
    what: str
    target: float

    def figure(self, full):
        program = full if self.name == "full" else WORK / "sizes" / self.name
        if not program.exists():
            raise NotMeasured(f"{program} was not built")
        machine = "x86_64" if self.name == "full" else self.name.partition("-")[0]
        if not starts(program, machine):
            raise NotMeasured(f"{program} does not start")
        ours, theirs = program.stat().st_size, THEIRS[machine]
        return Figure("15", f"{machine}: bytes of the static kexec, {self.what}", str(theirs), str(ours), ratio(ours, theirs),
                      f"≤ {self.target}", ours <= self.target * theirs)


SIZES = (Size("x86_64-three", f"{SMALL}, zlib, xz and zstd", 1.0), Size("x86_64-all", f"{SMALL}, all libraries", 1.3),
         Size("full", "everything", 2.0),
         *(Size(f"{machine}-none", f"{SMALL}, no compression", 1.0) for machine in ("arm64", "ppc64", "s390x")))
