"""The project's Chinese web font as a file that a renderer can read, unpacked once into the data directory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

NAME = "touchstone-han.ttf"
SECONDS = 60
# Five seconds of pure Python: in a process of its own, so that no running stream waits for it.
UNPACK = """
import sys
from fontTools.ttLib import TTFont
font = TTFont(sys.argv[1])
font.flavor = None
font.save(sys.argv[2])
"""


def unpacked(woff2: Path, directory: Path) -> str:
    """The font's path in ``directory``; empty when it cannot be unpacked, and pictures use the reader's own fonts."""
    ready = directory / NAME
    if ready.exists():
        return str(ready)
    directory.mkdir(parents=True, exist_ok=True)
    fresh = directory / f".{os.getpid()}-{NAME}"
    command = [sys.executable, "-I", "-c", UNPACK, str(woff2), str(fresh)]
    try:
        subprocess.run(command, check=True, timeout=SECONDS, capture_output=True, env={})  # noqa: S603 - our own words
        fresh.replace(ready)
    except (OSError, subprocess.SubprocessError):
        fresh.unlink(missing_ok=True)
        return ""
    return str(ready)
