"""What pair judgements add up to: verdicts from two orders, who won side by side, and whom the planted pairs caught."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sandbox.graders import pairwise, planted
from sandbox.models import PairJudgement

Facts = dict[str, Any]


class Pair(NamedTuple):
    """One judge's two readings of one pair; ``verdict`` is None where one of them is missing or unreadable."""

    row: PairJudgement
    verdict: pairwise.Verdict | None


def settled(rows: Iterable[PairJudgement]) -> Iterator[Pair]:
    """One pair for every two rows that differ in their order alone."""
    orders: dict[Any, dict[bool, PairJudgement]] = defaultdict(dict)
    for row in rows:
        orders[row.judge_id, row.planted, row.left_id, row.right_id][row.is_swapped] = row
    for both in orders.values():
        said = [both[swapped].said if swapped in both else "" for swapped in (False, True)]
        verdict = pairwise.settle(*(next((side for side in pairwise.SIDES if side == each), None) for each in said))
        yield Pair(next(iter(both.values())), verdict)


def side_by_side(rows: Iterable[PairJudgement]) -> Facts | None:
    """Leader (left) against runner-up (right), judge by judge and prompt by prompt; None where nobody compared them."""
    pairs = [pair for pair in settled(rows) if pair.row.left and pair.row.right]
    if not pairs:
        return None
    first = pairs[0].row
    by_judge: dict[str, list[pairwise.Verdict | None]] = defaultdict(list)
    for pair in pairs:
        by_judge[pair.row.judge.slug].append(pair.verdict)
    return {
        "left": channel_of(first.left),
        "right": channel_of(first.right),
        "prompt_version": first.prompt_version,
        "judges": [{"judge": slug, **counted(verdicts)} for slug, verdicts in by_judge.items()],
        "flip_rate": flip_rate(pair.verdict for pair in pairs),
        "verdicts": [
            {
                "prompt": pair.row.left.prompt.slug if pair.row.left else "",
                "judge": pair.row.judge.slug,
                "winner": pair.verdict.winner if pair.verdict else None,
                "flipped": pair.verdict.flipped if pair.verdict else None,
            }
            for pair in pairs
        ],
    }


def channel_of(answer: Any) -> str:
    return str(answer.contender.channel.slug)


def counted(verdicts: list[pairwise.Verdict | None]) -> Facts:
    """``ties`` holds the ``flips``; what could not be read counts for nobody."""
    known = [verdict for verdict in verdicts if verdict]
    winners = Counter(verdict.winner for verdict in known)
    return {
        "wins": winners["left"],
        "losses": winners["right"],
        "ties": winners["tie"],
        "flips": sum(verdict.flipped for verdict in known),
        "unread": len(verdicts) - len(known),
    }


def flip_rate(verdicts: Iterable[pairwise.Verdict | None]) -> float | None:
    """The share of pairs on which the order decided."""
    known = [verdict.flipped for verdict in verdicts if verdict]
    return round(sum(known) / len(known), 4) if known else None


def turned(rows: Iterable[PairJudgement]) -> Facts:
    """``pairs`` of answers that were read in both orders, and the ``flip_rate`` over them."""
    known = [pair.verdict for pair in settled(row for row in rows if not row.planted) if pair.verdict]
    return {"pairs": len(known), "flip_rate": flip_rate(known)}


def tested(rows: Iterable[PairJudgement]) -> dict[str, Facts]:
    """By judge: planted pairs ``asked`` and ``missed``, and whether that leaves it ``doubtful``.

    Everything but the better answer in both orders is a miss, unreadable words as well. A pair of which a call failed
    does not count.
    """
    calls = [row for row in rows if row.planted]
    lost = {(row.judge_id, row.planted) for row in calls if row.error_kind}
    asked: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for row, verdict in settled(row for row in calls if (row.judge_id, row.planted) not in lost):
        asked[row.judge.slug] += 1
        missed[row.judge.slug] += verdict is None or verdict.winner != "left"
    return {
        slug: {
            "asked": count,
            "missed": missed[slug],
            "doubtful": planted.is_doubtful(asked=count, missed=missed[slug]),
        }
        for slug, count in asked.items()
    }
