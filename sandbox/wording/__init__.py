"""Codes into sentences that a layman can use, in the reader's language: verdicts, chances, reasons, flips, failures."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from sandbox.wording.failing import error, failures, mend
from sandbox.wording.remarks import SENTENCES, remark
from sandbox.wording.words import Facts, Names, chance, channels, price, prompts, told, verdict

__all__ = [
    "SENTENCES",
    "Facts",
    "Names",
    "Said",
    "chance",
    "channels",
    "error",
    "failures",
    "mend",
    "price",
    "prompts",
    "recommendation",
    "remark",
    "told",
    "verdict",
]

MOST_FLIPS = 2


@dataclass(frozen=True)
class Said:
    """A recommendation in sentences. ``headline`` and ``sure`` mark the channel to take; ``plain`` has no markup."""

    headline: SafeString
    plain: str
    sure: SafeString
    costs: str
    reasons: list[str]
    flips: list[str]


def recommendation(facts: Facts) -> Said:
    """What a report concludes, as its page says it."""
    decided = facts["recommendation"]
    names = Names(facts)
    sentence = _headline(facts)
    channel = names.channel(decided["channel"]) if decided["channel"] else ""
    return Said(
        headline=format_html(sentence, channel=format_html("<em>{}</em>", channel)),
        plain=sentence.format(channel=channel),
        sure=_sure(decided, channel),
        costs=_costs(facts, names),
        reasons=[remark(each, names) for each in decided["reasons"] if each["code"] not in _said_already(decided)],
        flips=[remark(each, names) for each in decided["flips_when"][:MOST_FLIPS]],
    )


def _said_already(decided: Facts) -> set[str]:
    """Reasons that another sentence covers: what to take until then is said with how sure we are."""
    codes = {"take_until_then"}
    if any(each["code"] == "own_prompts" and each["values"]["n"] == 1 for each in decided["reasons"]):
        codes.add("too_few_prompts")
    return codes


def _headline(facts: Facts) -> str:
    """With a place for ``{channel}``."""
    decided = facts["recommendation"]
    if decided["channel"] is None:
        return _("Nothing could be scored.")
    if facts["own_prompts"] and not _level(facts["ranking"]):
        return (
            _("{channel} leads on this prompt.")
            if len(facts["prompts"]) == 1
            else _("{channel} leads on your prompts.")
        )
    return {
        "clear": _("Choose {channel}."),
        "tie": _("Too close to matter: take {channel}."),
        "cannot_tell": _("We cannot tell yet."),
    }[decided["verdict"]]


def _level(ranking: list[Facts]) -> bool:
    """Whether the first two are worth the same: then nobody leads."""
    return len(ranking) > 1 and ranking[0]["value"] == ranking[1]["value"]


def _sure(decided: Facts, channel: str) -> SafeString:
    if decided["channel"] is None:
        return SafeString("")
    odds = chance(decided["probability_best"])
    if decided["verdict"] == "clear":
        sentence = _("Clear: the chance that it is the best of these on prompts like these is %(chance)s.")
    elif decided["verdict"] == "tie":
        sentence = _("Whichever of the best you take, you lose next to nothing; so the price decides, then the speed.")
    else:
        sentence = _("Until we can, take %(channel)s: the chance that it is the best of these is %(chance)s.")
    before, named, after = (sentence % {"channel": "\0", "chance": odds}).partition("\0")
    return format_html("{}<em>{}</em>{}", before, channel, after) if named else format_html("{}", before)


def _costs(facts: Facts, names: Names) -> str:
    decided = facts["recommendation"]
    row = names.rows.get(decided["channel"])
    if row is None:
        return ""
    if row["cost"] is None:
        return _("What it costs is unknown.")
    values = {"cost": price(row["cost"], facts["currency"])}
    rival = names.rows.get(decided["runner_up"])
    if rival is None or rival["cost"] is None:
        return _("It costs %(cost)s per 100 answers.") % values
    values |= {"rival": names.channel(decided["runner_up"]), "rival_cost": price(rival["cost"], facts["currency"])}
    return _("It costs %(cost)s per 100 answers; the runner-up, %(rival)s, %(rival_cost)s.") % values
