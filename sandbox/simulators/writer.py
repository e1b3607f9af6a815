"""Writes an answer."""

from random import Random

from sandbox.simulators.asked import Asked
from sandbox.simulators.models import Talent


def write(talent: Talent, asked: Asked, rng: Random) -> tuple[str, str]:
    zh = any("\u4e00" <= c <= "\u9fff" for c in asked.text)
    return "", ("这是一段回答。" if zh else "This is an answer. ") * 8
