"""A drawn picture as SVG that can do nothing: known shapes with known attributes, no script, no address, no style."""

from __future__ import annotations

import re
from xml.etree import ElementTree

SVG = "http://www.w3.org/2000/svg"
FAMILY = "Touchstone Han"
MOST_BYTES = 400_000
BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
SHAPES = frozenset(
    {
        *("svg", "g", "path", "rect", "line", "circle", "ellipse", "polygon", "polyline", "text", "tspan"),
        *("defs", "clipPath", "linearGradient", "radialGradient", "stop"),
    }
)
ATTRIBUTES = frozenset(
    {
        *("viewBox", "width", "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy"),
        *("dx", "dy", "d", "points", "transform", "id", "offset", "gradientUnits", "spreadMethod", "clipPathUnits"),
        *("fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-dashoffset"),
        *("stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "opacity", "clip-path", "stop-color"),
        *("stop-opacity", "display", "text-anchor", "font-size", "font-weight", "font-style"),
    }
)
# Paint and clips may name something inside the same picture, and nothing else.
LOCAL = re.compile(r"url\(\s*['\"]?#[\w.-]+['\"]?\s*\)")
ADDRESS = re.compile(r"url\(|:|//|\\|javascript", re.IGNORECASE)


def clean(text: str, font: str = "") -> str | None:
    """``text``, with ``font`` (base64 of a TrueType file) for what it has letters for; None if it is no picture."""
    if len(text.encode(errors="replace")) > MOST_BYTES or "<!" in text or "<?" in text:
        return None
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - what could grow, an entity, is refused above
        return _written(root, font) if root.tag == f"{{{SVG}}}svg" else None
    except (ElementTree.ParseError, ValueError, RecursionError):
        return None


def _written(root: ElementTree.Element, font: str) -> str:
    kept = _kept(root)
    if font and len(font) < MOST_BYTES and BASE64.fullmatch(font):
        style = ElementTree.Element("style")
        style.text = f'@font-face{{font-family:"{FAMILY}";src:url(data:font/ttf;base64,{font})}}'
        kept.insert(0, style)
    kept.set("xmlns", SVG)
    # First, though it has Chinese signs alone: browsers draw a picture once, before a font that stands behind is there.
    kept.set("font-family", f"{FAMILY}, sans-serif")
    return ElementTree.tostring(kept, encoding="unicode")


def _kept(root: ElementTree.Element) -> ElementTree.Element:
    """A copy of what is known to be harmless; no recursion, for a picture may nest as it likes."""
    copy = _bare(root)
    waiting = [(root, copy)]
    while waiting:
        old, new = waiting.pop()
        for child in old:
            name = _name(child.tag)
            if name in SHAPES and name != "svg":
                fresh = _bare(child)
                new.append(fresh)
                waiting.append((child, fresh))
    return copy


def _name(tag: object) -> str:
    return tag.removeprefix(f"{{{SVG}}}") if isinstance(tag, str) else ""


def _bare(old: ElementTree.Element) -> ElementTree.Element:
    new = ElementTree.Element(_name(old.tag))
    for name, value in old.attrib.items():
        if name in ATTRIBUTES and not ADDRESS.search(LOCAL.sub("", value)):
            new.set(name, value)
    if new.tag in {"text", "tspan"}:
        new.text = old.text
    return new
