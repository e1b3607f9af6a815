"""Judge."""

import json
import re


def answer(text: str, *, system: str) -> str:
    slugs = re.findall(r"^- ([a-z0-9-]+):", system, re.M)
    said = re.search(r"<<<ANSWER [^>]*>>>\n(.*)", text)
    score = min(10, 1 + len(said[1]) // 60) if said else 1
    return json.dumps({"scores": {s: {"score": score, "reason": "Length."} for s in slugs}})
