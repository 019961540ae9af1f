# SPDX-License-Identifier: GPL-2.0-or-later
"""The smallest reservation with which a machine's crash is still dumped, beside what distributions reserve."""
import dataclasses
import re

import guest  # noqa: F401  (makes tests/boot importable)
import proof
import search
import supplies
from cases import capture
from contenders import ROOT
from figure import Figure, NotMeasured, ratio
from machine import MACHINES, TimeLimit

STEP = 8        # MiB
LEAST = 0       # which is none
MOST = 256      # where each of these does
# Where each search begins: what was found the last time. A wrong one costs further boots, and changes nothing.
START = {"x86_64": 80, "arm64": 56, "ppc64": 112, "s390x": 24}
MANY = 4        # times the usual
# The kernels are Debian's, but for s390x, whose Debian kernel has no virtio disk without further modules: one that is built here.
SCENES = {"x86_64": capture.Scene("x86_64", memory=1024), "arm64": capture.Scene("arm64", memory=1024),
          "ppc64": capture.Scene("ppc64", memory=2048), "s390x": capture.Scene("s390x", "small", memory=1024)}
KERNEL_NAMES = {"x86_64": "x86_64", "arm64": "aarch64", "ppc64": "ppc64le", "s390x": "s390x"}


def usual(name):
    """kdump-utils' reservation for the smallest machines that get one, in MiB."""
    table = (ROOT / "machine/crash_defaults.table").read_text(encoding="utf-8")
    return int(re.search(rf"^table {KERNEL_NAMES[name]} +kdump +2G-\d+G:(\d+)M", table, re.MULTILINE)[1])


class Trials:
    """Crashes with one reservation after the other. A kernel that is short of memory may hang without a word, so none gets much more
    time than one took that was not."""

    def __init__(self, bench, scene):
        self._bench, self._scene, self._limit = bench, scene, capture.LIMIT

    def saves(self, mebibytes):
        """Whether the capture kernel stores the dump with so much reserved."""
        scene, before = dataclasses.replace(self._scene, reservation=f"{mebibytes}M"), self._bench.core_seconds
        try:
            capture.play(self._bench, scene, limit=self._limit)
        except (proof.Failed, TimeLimit):
            pass    # not loaded, or a kernel that found no memory: the console tells
        except RuntimeError as error:
            raise NotMeasured(str(error)) from error
        stored = any("has stored the dump in" in line or "are stored after" in line for line in self._bench.console)
        if stored:
            self._limit = min(self._limit, MANY * (self._bench.core_seconds - before))
        return stored


def figure(laboratory, name):
    scene, directory = SCENES[name], laboratory.directory / f"reservation-{name}"
    directory.mkdir(parents=True, exist_ok=True)
    bench = proof.Bench(laboratory.programs / name, directory, supplies.guest_program(MACHINES[name], directory))
    found, default = search.smallest(Trials(bench, scene).saves, START[name], STEP, LEAST, MOST), usual(name)
    if not found:
        raise NotMeasured(f"not even {MOST}M are enough: {' / '.join(bench.console[-3:])}")
    kernel = "a kernel built here" if scene.version == "small" else supplies.kernel(MACHINES[name], scene.version).name
    return Figure("20", f"{name}: smallest reservation that still saves a dump, {kernel}, beside the usual one", f"{default}M", f"{found}M",
                  ratio(found, default), "≤ 1", found <= default)
