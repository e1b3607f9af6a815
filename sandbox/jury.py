"""Who judged a trial and who did not, and how far each may be believed: its record, and the planted pairs it missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.models import Channel
from sandbox import records
from sandbox.evidence import Found
from sandbox.models import Judgement

Facts = dict[str, Any]
NOT_TESTED: Facts = {"asked": 0, "missed": 0, "doubtful": False}


def told(
    found: Found, judgements: Sequence[Judgement], *, idle: Sequence[Channel], tested: Mapping[str, Facts]
) -> Facts:
    """``idle`` are the judges at hand; ``tested`` is what the planted pairs found, by judge."""
    makers = {contender.channel.model.maker for contender in found.contenders}
    used = {judgement.judge_id: judgement.judge for judgement in judgements}
    rules = rules_of(found)
    kept = records.by_grader([*(judge.slug for judge in used.values()), *(f"rule:{name}" for name in rules)])
    return {
        "prompt_version": ", ".join(sorted({judgement.prompt_version for judgement in judgements})),
        "used": [
            {
                "channel": judge.slug,
                "name": judge.name,
                "maker": judge.model.maker,
                "shares_maker": judge.model.maker in makers,
                "simulated": judge.is_simulated,
                "saw_pictures": saw_pictures(judge, judgements),
                "planted": tested.get(judge.slug, NOT_TESTED),
                "records": [records.told(record) for record in kept.get(judge.slug, [])],
            }
            for judge in used.values()
        ],
        "rules": [
            {"rule": name, "records": [records.told(record) for record in kept.get(f"rule:{name}", [])]}
            for name in rules
        ],
        "left_out": [
            {
                "channel": judge.slug,
                "name": judge.name,
                "reason": "shares_maker" if judge.model.maker in makers else "panel_full",
            }
            for judge in idle
            if used and judge.pk not in used
        ],
    }


def saw_pictures(judge: Channel, judgements: Sequence[Judgement]) -> bool | None:
    """Whether the judge was shown the pictures it was asked about; None where there were none."""
    said = {each.saw_pictures for each in judgements if each.judge_id == judge.pk} - {None}
    return all(said) if said else None


def rules_of(found: Found) -> list[str]:
    """The rules that scored an answer of the trial."""
    evidence = (score.evidence for scores in found.scores.values() for score in scores)
    checks = (check for each in evidence for check in each.get("checks", [each]))
    return sorted({check["rule"] for check in checks if check.get("rule")})
