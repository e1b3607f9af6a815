"""Chinese numerals: 三万五千, 一百零五, 负三点一四, 百分之十二, 三分之二, and mixtures such as 3 万 5 千."""

from __future__ import annotations

import re
from fractions import Fraction

DIGITS = {
    c: n
    for n, cs in enumerate(["零〇", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"])
    for c in cs
}
TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
MYRIADS = {"万": 10**4, "亿": 10**8}
NUMERAL = "[" + "".join([*DIGITS, *TENS, *MYRIADS]) + "]"
CHINESE = re.compile(
    rf"(?P<minus>负)?(?:百分之(?P<percent>{NUMERAL}+(?:点{NUMERAL}+)?)"
    rf"|(?P<below>{NUMERAL}+)分之(?P<above>{NUMERAL}+)|(?P<number>{NUMERAL}+(?:点{NUMERAL}+)?))"
)


def whole(text: str) -> int:
    """What a run of numerals says. 三万五 is 35000, as it is spoken."""
    if text and all(c in DIGITS for c in text):
        return int("".join(str(DIGITS[c]) for c in text))
    total = section = digit = 0
    unit = 1
    for character in text:
        if character in DIGITS:
            unit = 1 if character in "零〇" else unit
            digit = DIGITS[character]
            continue
        unit = TENS.get(character) or MYRIADS[character]
        if character in TENS:
            section += (digit or 1) * unit
        elif unit > total > 0:  # 三万亿: what stands before 亿 is counted in it
            total, section = (total + section + digit) * unit, 0
        else:
            total, section = total + (section + digit or 1) * unit, 0
        digit = 0
    return total + section + digit * max(unit // 10, 1)


def decimal(text: str) -> Fraction:
    before, _, after = text.partition("点")
    number = whole(before)
    digits = "".join(str(DIGITS.get(c, "")) for c in after)
    return Fraction(f"{number}.{digits or 0}")


def read(match: re.Match[str]) -> tuple[Fraction, bool] | None:
    """The value of a CHINESE match and whether it is a percentage."""
    sign = -1 if match["minus"] else 1
    if match["percent"]:
        value = decimal(match["percent"])
    elif match["below"]:
        below = whole(match["below"])
        if not below:
            return None
        value = Fraction(whole(match["above"]), below)
    else:
        value = decimal(match["number"])
    return sign * value, bool(match["percent"])
