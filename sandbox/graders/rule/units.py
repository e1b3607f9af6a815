"""Units that answers are given in: what they measure and how many of the base unit they are."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple


class Unit(NamedTuple):
    """``of`` names what is measured; ``size`` counts its base unit."""

    of: str
    size: Fraction


FAMILIES: dict[str, dict[str, str]] = {
    "length": {
        "mm millimetre millimetres millimeter millimeters 毫米": "0.001",
        "cm centimetre centimetres centimeter centimeters 厘米": "0.01",
        "m metre metres meter meters 米": "1",
        "km kilometre kilometres kilometer kilometers 千米 公里": "1000",
        "inch inches 英寸": "0.0254",
        "ft foot feet 英尺": "0.3048",
        "mi mile miles 英里": "1609.344",
    },
    "mass": {
        "mg milligram milligrams 毫克": "0.001",
        "g gram grams 克": "1",
        "kg kilogram kilograms kilo kilos 千克 公斤": "1000",
        "斤": "500",
        "t tonne tonnes 吨": "1000000",
        "lb lbs pound pounds 磅": "453.59237",
        "oz ounce ounces 盎司": "28.349523125",
    },
    "time": {
        "ms millisecond milliseconds 毫秒": "0.001",
        "s sec secs second seconds 秒 秒钟": "1",
        "min mins minute minutes 分钟": "60",
        "h hr hrs hour hours 小时": "3600",
        "day days 天 日": "86400",
        "week weeks 周 星期": "604800",
    },
    "volume": {
        "ml millilitre millilitres milliliter milliliters 毫升": "0.001",
        "l litre litres liter liters 升": "1",
        "m3 m^3 m^(3) 立方米": "1000",
    },
    "area": {
        "m2 m^2 m^(2) 平方米": "1",
        "亩": "2000/3",
        "ha hectare hectares 公顷": "10000",
        "km2 km^2 km^(2) 平方公里": "1000000",
    },
    "power": {"w watt watts 瓦": "1", "kw kilowatt kilowatts 千瓦": "1000", "mw megawatt megawatts 兆瓦": "1000000"},
    "energy": {"wh": "1", "kwh 度 千瓦时": "1000", "mwh": "1000000"},
    "yuan": {"元 块 块钱 人民币 yuan rmb cny ¥": "1", "角": "0.1", "分": "0.01"},
    "dollars": {"$ dollar dollars usd 美元": "1", "cent cents 美分": "0.01"},
    "euros": {"€ euro euros eur 欧元": "1"},
    "pounds": {"£ gbp 英镑": "1"},
    "yen": {"yen jpy 日元": "1"},
}
UNITS = {
    name: Unit(of, Fraction(size))
    for of, family in FAMILIES.items()
    for names, size in family.items()
    for name in names.split()
}
MULTIPLIERS = {
    "万亿": 10**12, "亿": 10**8, "千万": 10**7, "百万": 10**6, "十万": 10**5, "万": 10**4, "千": 10**3, "百": 100,
    "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "k": 10**3, "bn": 10**9,
}  # fmt: skip
PERCENT = ("%", "percent", "per cent", "percentage points", "percentage point", "个百分点")
LONGEST_NAME = max(len(name) for name in UNITS)


def unit_at(text: str) -> tuple[Unit | None, int]:
    """The unit that ``text`` begins with, and how long its name is."""
    lowered = text[: LONGEST_NAME + 1].lower()
    for length in range(min(len(lowered), LONGEST_NAME), 0, -1):
        unit = UNITS.get(lowered[:length])
        if unit is not None and ends_word(lowered, length):
            return unit, length
    return None, 0


def multiplier_at(text: str) -> tuple[int, int]:
    """Thousand, 万 and the like at the beginning of ``text``: the factor and the length of its name; else (1, 0)."""
    lowered = text[:12].lower()
    for name, factor in MULTIPLIERS.items():
        # 千 in 千克, 千米 and 千瓦 belongs to the unit
        if lowered.startswith(name) and ends_word(lowered, len(name)) and unit_at(lowered)[0] is None:
            return factor, len(name)
    return 1, 0


def percent_at(text: str) -> int:
    """How long the percent sign or word at the beginning of ``text`` is; 0 for none."""
    lowered = text[:20].lower()
    return max((len(name) for name in PERCENT if lowered.startswith(name)), default=0)


def ends_word(text: str, length: int) -> bool:
    """Whether a name of ``length`` at the beginning of ``text`` is not merely the beginning of a Latin word."""
    last, following = text[length - 1], text[length : length + 1]
    return not (last.isascii() and last.isalpha() and following.isascii() and following.isalpha())
