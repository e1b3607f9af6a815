"""Draws Vega-Lite specifications in a process of its own, which may be killed at any moment: one JSON line in, one out.

Started by file name in an isolated interpreter: it knows nothing of the project, has none of its secrets, and gives
itself little memory, few files and little time for each picture. What it says is not believed: ``svg`` cleans it.
"""

from __future__ import annotations

import base64
import io
import json
import os
import re
import resource
import signal
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

FILES = 64
FILE_BYTES = 1024 * 1024  # of what the libraries write about themselves
HAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
WARNING = re.compile(r"^\s*WARN\s+(.*)$", re.MULTILINE)


def main(seconds: int, memory: int, most_bytes: int, font: str) -> None:
    os.nice(10)  # whoever waits for an answer to stream goes first
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 2)
        confine(memory)
        if font:
            register(font)
        asked = [json.loads(line) for line in sys.stdin]
        # All signs once, which takes a tenth of a second; each picture's own are then cut from these in no time.
        few = cut(font, "".join(json.dumps(each, ensure_ascii=False) for each in asked)) if font else b""
        for each in asked:
            # By default it ends the process, whatever native code is doing. Time at work: a busy machine lets us wait.
            signal.setitimer(signal.ITIMER_PROF, seconds)
            said = draw(each, log, most_bytes=most_bytes, font=few)
            signal.setitimer(signal.ITIMER_PROF, 0)
            sys.stdout.write(json.dumps(said) + "\n")
            sys.stdout.flush()


def confine(memory: int) -> None:
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, memory),  # of what is used: the engine reserves far more than that
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
    ):
        resource.setrlimit(what, (most, most))


def register(font: str) -> None:
    try:
        import vl_convert
    except ImportError:
        return
    vl_convert.register_font_directory(str(Path(font).parent))


def draw(asked: dict[str, Any], log: IO[bytes], *, most_bytes: int, font: bytes) -> dict[str, Any]:
    """{"svg", "font", "warnings"} or {"error", "why"}."""
    try:
        import vl_convert
    except ImportError:
        return {"error": "no_renderer"}
    log.seek(0)
    log.truncate()
    try:
        svg = vl_convert.vegalite_to_svg(
            asked["spec"], vl_version=asked["version"], allowed_base_urls=[], show_warnings=True
        )
    except ValueError as error:
        return {"error": "does_not_compile", "why": reason(str(error))}
    if len(svg.encode()) > most_bytes:
        return {"error": "too_heavy"}
    log.seek(0)
    warnings = WARNING.findall(log.read().decode(errors="replace"))
    small = base64.b64encode(cut(io.BytesIO(font), svg)).decode() if font else ""
    return {"svg": svg, "font": small, "warnings": [text[:200] for text in warnings[:4]]}


def reason(text: str) -> str:
    """The engine's own sentence, without where in its code it stood."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("at ")]
    return (lines[1] if len(lines) > 1 else lines[0] if lines else "")[:200]


def cut(font: str | IO[bytes], text: str) -> bytes:
    """The Chinese characters of ``text`` as a font of their own, for a picture can fetch none; empty without any."""
    signs = "".join(sorted(set(HAN.findall(text))))
    if not signs:
        return b""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True)
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "vhea", "vmtx"]
    with TTFont(font, lazy=True) as whole:
        cutter = subset.Subsetter(options)
        cutter.populate(text=signs)
        cutter.subset(whole)
        made = io.BytesIO()
        whole.save(made)
    return made.getvalue()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
