#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The programs that a configured build directory would install, one path below that directory on each line.

    tools/programs.py BUILD
"""

import json
import os
import subprocess
import sys


def programs(build):
    """Paths relative to `build`, which are ninja's target names too."""
    listed = subprocess.run(["meson", "introspect", "--targets", build], check=True, capture_output=True, text=True)
    build = os.path.realpath(build)
    return [os.path.relpath(target["filename"][0], build) for target in json.loads(listed.stdout)
            if target["type"] == "executable" and target["installed"]]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    print("\n".join(programs(sys.argv[1])))
