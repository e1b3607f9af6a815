"""Judges that share a maker with a contender stay out while another is left."""

from __future__ import annotations

import pytest

from catalog.models import AIModel, Channel
from sandbox.graders.panel import LeftOut, choose


def judge(number: int, maker: str) -> Channel:
    return Channel(pk=number, slug=f"judge-{number}", model=AIModel(pk=number, slug=f"m-{number}", maker=maker))


ONE, TWO, THREE, FOUR = judge(1, "acme"), judge(2, "acme"), judge(3, "borea"), judge(4, "corvo")


def test_leaves_out_a_judge_of_a_contenders_maker_while_another_is_left() -> None:
    panel = choose([ONE, THREE], {"acme", "delta"})
    assert panel.judges == (THREE,)
    assert panel.left_out == (LeftOut(ONE, "shares_maker"),)
    assert not panel.shares_maker


def test_uses_judges_of_the_contenders_makers_when_there_is_no_other_and_says_so() -> None:
    panel = choose([ONE, THREE], {"acme", "borea"})
    assert panel.judges == (ONE, THREE)
    assert panel.left_out == ()
    assert panel.shares_maker


def test_without_judges_the_panel_is_empty_and_shares_nothing() -> None:
    panel = choose([], {"acme"})
    assert panel.judges == ()
    assert not panel.shares_maker


@pytest.mark.parametrize(
    ("count", "kept"), [(0, ()), (1, (ONE,)), (2, (ONE, THREE)), (3, (ONE, THREE, FOUR)), (9, (ONE, TWO, THREE, FOUR))]
)
def test_a_limited_panel_prefers_different_makers(count: int, kept: tuple[Channel, ...]) -> None:
    panel = choose([ONE, TWO, THREE, FOUR], {"delta"}).limited(count)
    assert panel.judges == kept
    assert {out.judge.pk for out in panel.left_out} | {j.pk for j in kept} == {1, 2, 3, 4}
    assert {out.reason for out in panel.left_out} <= {"panel_full"}


def test_limiting_keeps_who_was_left_out_before() -> None:
    panel = choose([ONE, THREE, FOUR], {"acme"}).limited(1)
    assert panel.left_out == (LeftOut(ONE, "shares_maker"), LeftOut(FOUR, "panel_full"))
