"""LaTeX, full-width forms and emphasis as plain text that arithmetic can be read from."""

from __future__ import annotations

import re

WIDE = str.maketrans(
    "０１２３４５６７８９．％＋－＝／（）［］，：＄￥−–—﹣×·⋅∙÷√πＡＢＣＤＥＦＧＨＩＪ＊",
    "0123456789.%+-=/()[],:$¥----*" + "***/√πABCDEFGHIJ*",
)
SPACES = re.compile(r"[\u00a0\u2000-\u200a\u202f\u3000]")
CONTROLS = {"\f": r"\f", "\t": r"\t", "\b": r"\b", "\r": r"\r"}  # what \frac, \text … become in carelessly written JSON
HALVES = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅛": "1/8", "⅕": "1/5"}
POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")

WRITTEN = [
    (re.compile(r"\\{2,}"), r"\\"),
    (re.compile(r"(?<=\d)\{,\}(?=\d)|(?<=\d)\\[,!](?=\d{3}(?!\d))"), ","),
    (
        re.compile(r"\\(?:left|right|displaystyle|big|Big|bigl|bigr|limits|mathstrut)(?![a-zA-Z])|\\[,!;: ]|\\q?quad"),
        " ",
    ),
    (re.compile(r"\\(?:text|textbf|textit|mathrm|mathbf|mathit|mbox|operatorname)\s*\{([^{}]*)\}"), r" \1 "),
    (re.compile(r"\\(?:cdot|times|ast)(?![a-zA-Z])"), "*"),
    (re.compile(r"\\div(?![a-zA-Z])"), "/"),
    (re.compile(r"\\(?:approx|simeq|thickapprox)(?![a-zA-Z])"), "≈"),
    (re.compile(r"\\pi(?![a-zA-Z])|π"), " pi "),
    (re.compile(r"\^\s*\{?\s*\\circ\s*\}?|°|\\degree"), " degrees "),
    (re.compile(r"√\s*\("), "sqrt("),
    (re.compile(r"√\s*(\d+(?:\.\d+)?)"), r"sqrt(\1)"),
    (re.compile(r"(?<=[\d)])\*\*(?=[\d(-])"), "^"),
    (re.compile(r"\*\*|__|`"), ""),
    (re.compile(r"\\([%$&#_{}])"), r"\1"),
    (re.compile(r"\\[()\[\]]"), " "),
]
FRACTION = re.compile(r"\\[dtc]?frac\s*(?:\{([^{}]*)\}|(\d))\s*(?:\{([^{}]*)\}|(\d))")
MIXED = re.compile(r"(?<![\d.])(\d+)\s*\\[dtc]?frac\s*\{(\d+)\}\s*\{(\d+)\}")
ROOT = re.compile(r"\\sqrt\s*(?:\[([^\[\]]*)\])?\s*(?:\{([^{}]*)\}|(\d))")
GROUP = re.compile(r"([\^_])\s*\{([^{}]*)\}")
NESTED = 6


def plain(text: str) -> str:
    """``text`` with fractions as ``(a)/(b)``, roots as ``sqrt(x)``, powers as ``^`` and no markup."""
    for control, written in CONTROLS.items():
        text = text.replace(control, written)
    text = SPACES.sub(" ", text).translate(WIDE)
    for half, written in HALVES.items():
        text = text.replace(half, f" {written}")
    text = re.sub(r"(?<=[\d)])([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", lambda m: f"^({m[1].translate(POWERS)})", text)
    text = re.sub(r"(?<=\d)([₀₁₂₃₄₅₆₇₈₉]+)", lambda m: f"_{m[1].translate(SUBSCRIPTS)}", text)
    for pattern, written in WRITTEN:
        text = pattern.sub(written, text)
    return unnest(text)


def unnest(text: str) -> str:
    """Fractions, roots and groups from the inside out."""
    for _ in range(NESTED):
        before = text
        text = MIXED.sub(r"(\1+\2/\3)", text)
        text = FRACTION.sub(lambda m: f"(({m[1] or m[2]})/({m[3] or m[4]}))", text)
        text = ROOT.sub(lambda m: f"root({m[1]},{m[2] or m[3]})" if m[1] else f"sqrt({m[2] or m[3]})", text)
        text = GROUP.sub(r"\1(\2)", text)
        if text == before:
            break
    return text
