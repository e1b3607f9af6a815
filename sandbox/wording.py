"""Codes into sentences that a layman can use, in the reader's language: verdicts, chances, reasons, flips, failures."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.language import is_chinese
from marketplace import money

Facts = dict[str, Any]

MOST_NAMES = 3
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


class Names:
    """What a report's slugs are called; two channels of one name are told apart by their providers."""

    def __init__(self, facts: Facts) -> None:
        self.rows = {row["channel"]: row for row in facts["ranking"]}
        self.dimensions = {row["slug"]: told(row, "title") for row in facts["dimensions"]}
        self.simulated = bool(facts["simulated"])
        self.currency = str(facts["currency"])
        self.prompts = facts["prompts"]

    def channel(self, slug: str) -> str:
        row = self.rows.get(slug)
        if row is None:
            return slug
        namesakes = [other for other in self.rows.values() if other["name"] == row["name"]]
        if len(namesakes) == 1:
            return str(row["name"])
        return f"{row['name']} ({told(row, 'provider_name')})"

    def channels(self, slugs: list[str]) -> str:
        """``a, b, c and 4 more``"""
        return self.cut_short([self.channel(slug) for slug in slugs])

    @staticmethod
    def cut_short(names: list[str]) -> str:
        listed = _(", ").join(names[:MOST_NAMES])
        more = len(names) - MOST_NAMES
        if more <= 0:
            return listed
        return ngettext("%(names)s and %(more)d more", "%(names)s and %(more)d more", more) % {
            "names": listed,
            "more": more,
        }

    def topic(self, slug: str) -> str:
        """A topic has no name for people; its prompts have."""
        return self.cut_short([str(prompt["title"]) for prompt in self.prompts if prompt.get("topic") == slug]) or slug

    def weight(self, slug: str) -> str:
        return {"cost": _("low cost"), "speed": _("speed")}.get(slug) or self.dimensions.get(slug, slug)


def told(row: Facts, field: str) -> str:
    """``row["<field>_zh"]`` for a Chinese reader, else ``_en``; the other where it is empty."""
    first, second = ("zh", "en") if is_chinese() else ("en", "zh")
    return str(row.get(f"{field}_{first}") or row.get(f"{field}_{second}") or "")


def chance(probability: float) -> str:
    """A chance as people say it; never none, never certain."""
    words = [
        (0.05, _("less than 1 in 20")),
        (0.15, _("about 1 in 10")),
        (0.25, _("about 2 in 10")),
        (0.35, _("about 3 in 10")),
        (0.45, _("about 4 in 10")),
        (0.55, _("about 5 in 10")),
        (0.65, _("about 6 in 10")),
        (0.75, _("about 7 in 10")),
        (0.85, _("about 8 in 10")),
        (0.925, _("about 9 in 10")),
        (0.975, _("about 19 in 20")),
    ]
    return next((text for below, text in words if probability < below), _("more than 19 in 20"))


def verdict(code: str) -> str:
    """A word or two for each verdict."""
    return {"clear": _("clear"), "tie": _("too close to matter"), "cannot_tell": _("cannot tell yet")}[code]


def remark(said: Facts, names: Names) -> str:
    """One reason or flip as a sentence."""
    return SENTENCES[said["code"]](said["values"], names)


def _headline(facts: Facts) -> str:
    """With a place for ``{channel}``."""
    decided = facts["recommendation"]
    if decided["channel"] is None:
        return _("Nothing could be scored.")
    if facts["own_prompts"]:
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


def prompts(count: int) -> str:
    return ngettext("%(counter)s prompt", "%(counter)s prompts", count) % {"counter": count}


def channels(count: int) -> str:
    return ngettext("%(counter)s channel", "%(counter)s channels", count) % {"counter": count}


def price(amount: str, currency: str) -> str:
    return money.show(Decimal(amount), currency)


def points(value: float) -> str:
    """With one decimal and a true minus; never minus nothing."""
    text = f"{value:.1f}"
    return "0.0" if text == "-0.0" else text.replace("-", "\N{MINUS SIGN}")


def percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def _lead(values: Facts, names: Names) -> str:
    if points(values["lead"]) == points(0):
        return _level(values, names)
    return ngettext(
        "%(channel)s leads %(rival)s by %(lead)s points of 10 on %(n)d prompt; between %(low)s and %(high)s is likely.",
        "%(channel)s leads %(rival)s by %(lead)s points of 10 on %(n)d prompts; "
        "between %(low)s and %(high)s is likely.",
        values["n"],
    ) % {
        "channel": names.channel(values["channel"]),
        "rival": names.channel(values["rival"]),
        "lead": points(values["lead"]),
        "low": points(values["low"]),
        "high": points(values["high"]),
        "n": values["n"],
    }


def _level(values: Facts, names: Names) -> str:
    return ngettext(
        "%(channel)s and %(rival)s are level on %(n)d prompt; either may be up to %(reach)s points of 10 better.",
        "%(channel)s and %(rival)s are level on %(n)d prompts; either may be up to %(reach)s points of 10 better.",
        values["n"],
    ) % {
        "channel": names.channel(values["channel"]),
        "rival": names.channel(values["rival"]),
        "reach": points(max(-values["low"], values["high"])),
        "n": values["n"],
    }


def _few_differences(values: Facts, names: Names) -> str:
    said = {
        "channel": names.channel(values["channel"]),
        "rival": names.channel(values["rival"]),
        "lead": points(values["lead"]),
        "differ": values["differ"],
        "n": values["n"],
    }
    if points(values["lead"]) == points(0):
        return (
            _(
                "%(channel)s and %(rival)s are level: too few differences (%(differ)d of %(n)d prompts) to say how far "
                "apart they may be."
            )
            % said
        )
    return (
        _(
            "%(channel)s leads %(rival)s by %(lead)s points of 10: too few differences (%(differ)d of %(n)d prompts) "
            "to say how far that may be off."
        )
        % said
    )


def _judge_limit(values: Facts, _names: Names) -> str:
    return _(
        "More prompts would not decide it: differences below %(reach)s points of 10 lie within the judges’ own error."
    ) % {"reach": points(values["reach"])}


def _uncalibrated_judge(_values: Facts, _names: Names) -> str:
    return _("All scores that count come from judges not yet calibrated against people: they alone name no winner.")


def _missing_scores(values: Facts, names: Names) -> str:
    return ngettext(
        "Had the %(n)d score that we or a judge lost gone the other way, %(channels)s might not be beaten.",
        "Had the %(n)d scores that we or a judge lost gone the other way, %(channels)s might not be beaten.",
        values["n"],
    ) % {"n": values["n"], "channels": names.channels(values["channels"])}


def _topic(values: Facts, names: Names) -> str:
    return _("It would be %(channel)s without “%(topic)s”.") % {
        "channel": names.channel(values["channel"]),
        "topic": names.topic(values["topic"]),
    }


def _topic_doubt(values: Facts, names: Names) -> str:
    return _("Without “%(topic)s” we could not tell yet.") % {"topic": names.topic(values["topic"])}


def _best_dimension(values: Facts, names: Names) -> str:
    return _("Its greatest lead over %(rival)s is in “%(dimension)s”: %(lead)s points.") % {
        "rival": names.channel(values["rival"]),
        "dimension": names.weight(values["dimension"]),
        "lead": points(values["lead"]),
    }


def _too_close(values: Facts, names: Names) -> str:
    return _("It and %(channels)s differ by less than %(margin)s points of 10.") % {
        "channels": names.channels(values["channels"]),
        "margin": points(values["margin"]),
    }


def _cheapest_of_equals(values: Facts, names: Names) -> str:
    return _("Of these, %(channel)s costs least.") % {"channel": names.channel(values["channel"])}


def _fastest_of_equals(values: Facts, names: Names) -> str:
    return _("Of these, %(channel)s is the fastest.") % {"channel": names.channel(values["channel"])}


def _only_one(_values: Facts, _names: Names) -> str:
    return _("It had nobody to be compared with.")


def _too_few_prompts(values: Facts, _names: Names) -> str:
    return ngettext(
        "Only %(n)d prompt could be scored for all; with fewer than %(needed)d we name no winner.",
        "Only %(n)d prompts could be scored for all; with fewer than %(needed)d we name no winner.",
        values["n"],
    ) % {"n": values["n"], "needed": values["needed"]}


def _open_rivals(values: Facts, names: Names) -> str:
    return _("Not yet beaten: %(channels)s.") % {"channels": names.channels(values["channels"])}


def _more_prompts(values: Facts, names: Names) -> str:
    if values["low"] >= 2000:
        return _("More than 2,000 prompts would be needed to decide it: treat them as equal.")
    asked = values.get("n", 0)  # older reports tell how many there must be in all
    low = _rounded(values["low"] - asked, math.floor) or 1
    if values["high"] is None:
        return _at_a_price(_("About %(low)d more prompts or beyond would decide it") % {"low": low}, values, names)
    high = _rounded(values["high"] - asked, math.ceil)
    return _at_a_price(
        _("About %(low)d to %(high)d more prompts would decide it") % {"low": low, "high": high}, values, names
    )


def _at_a_price(sentence: str, values: Facts, names: Names) -> str:
    """A sentence about more prompts, with what they would cost as far as that is known, and its full stop."""
    costs = [price(cost, names.currency) for end in ("low", "high") if (cost := values.get(f"cost_{end}"))]
    if not costs:
        return _("%(sentence)s.") % {"sentence": sentence}
    if values["high"] is None:
        return _("%(sentence)s, for %(cost)s or more.") % {"sentence": sentence, "cost": costs[0]}
    return _("%(sentence)s, for about %(least)s to %(most)s.") % {
        "sentence": sentence,
        "least": costs[0],
        "most": costs[-1],
    }


def _rounded(number: int, towards: Callable[[float], int]) -> int:
    """A guess looks like one: in fives, then in fifties, then in hundreds."""
    step = next((size for below, size in ((20, 1), (100, 5), (1000, 50)) if number < below), 100)
    return int(towards(number / step) * step)


def _take_until_then(values: Facts, names: Names) -> str:
    return _("Until we can tell, take %(channel)s.") % {"channel": names.channel(values["channel"])}


def _own_prompts(values: Facts, _names: Names) -> str:
    if values["n"] == 1:
        return _("This ranks the channels on this prompt alone. One prompt never makes a clear winner.")
    return _(
        "This ranks the channels on your %(n)d prompts. Prompts that one has chosen oneself make no clear winner."
    ) % {"n": values["n"]}


def _stopped_early(_values: Facts, _names: Names) -> str:
    return _("The trial was stopped early: whoever stops when a lead looks good would often crown the wrong one.")


def _still_running(_values: Facts, _names: Names) -> str:
    return _("The trial is still running.")


def _nothing_scored(_values: Facts, _names: Names) -> str:
    return _("No answer could be scored; the table below says why, as far as it is known.")


def _not_compared(values: Facts, names: Names) -> str:
    return _("Not compared, for want of scores: %(channels)s.") % {"channels": names.channels(values["channels"])}


def _unknown_price(values: Facts, names: Names) -> str:
    return _("Price unknown, so counted as the dearest: %(channels)s.") % {
        "channels": names.channels(values["channels"])
    }


def _scenario_advice(values: Facts, names: Names) -> str:
    told_of = {
        "channel": names.channel(values["channel"]),
        "score": points(values["score"]),
        "n": values["n"],
    }
    if names.simulated:
        return (
            _("On this scenario's own prompts, %(channel)s did best so far: %(score)s of 10 on %(n)d (simulated).")
            % told_of
        )
    return _("On this scenario's own prompts, %(channel)s did best so far: %(score)s of 10 on %(n)d.") % told_of


def _weight(values: Facts, names: Names) -> str:
    said = {
        "channel": names.channel(values["channel"]),
        "weight": names.weight(values["weight"]),
        "share": percent(values["share"]),
        "now": percent(values["now"]),
    }
    if values["share"] >= 1:
        return _("It would be %(channel)s if only “%(weight)s” counted (now %(now)s).") % said
    if values["share"] <= 0:
        return _("It would be %(channel)s if “%(weight)s” did not count (now %(now)s).") % said
    if values["share"] > values["now"]:
        return _("It would be %(channel)s if “%(weight)s” counted for %(share)s or more (now %(now)s).") % said
    return _("It would be %(channel)s if “%(weight)s” counted for %(share)s or less (now %(now)s).") % said


def _price(values: Facts, names: Names) -> str:
    return _("It would be %(rival)s if %(channel)s cost %(multiple)s times as much.") % {
        "rival": names.channel(values["rival"]),
        "channel": names.channel(values["channel"]),
        "multiple": points(values["multiple"]),
    }


SENTENCES: dict[str, Callable[[Facts, Names], str]] = {
    "lead": _lead,
    "few_differences": _few_differences,
    "best_dimension": _best_dimension,
    "too_close": _too_close,
    "cheapest_of_equals": _cheapest_of_equals,
    "fastest_of_equals": _fastest_of_equals,
    "only_one": _only_one,
    "too_few_prompts": _too_few_prompts,
    "open_rivals": _open_rivals,
    "more_prompts": _more_prompts,
    "judge_limit": _judge_limit,
    "uncalibrated_judge": _uncalibrated_judge,
    "missing_scores": _missing_scores,
    "take_until_then": _take_until_then,
    "own_prompts": _own_prompts,
    "stopped_early": _stopped_early,
    "still_running": _still_running,
    "nothing_scored": _nothing_scored,
    "not_compared": _not_compared,
    "unknown_price": _unknown_price,
    "scenario_advice": _scenario_advice,
    "weight": _weight,
    "price": _price,
    "topic": _topic,
    "topic_doubt": _topic_doubt,
}


def error(kind: str) -> str:
    """What happened, in a few words."""
    return _failed(kind)[0]


def mend(kind: str) -> str:
    """What a visitor can do about it."""
    return _failed(kind)[1]


def failures(kinds: dict[str, int]) -> str:
    """``2 × took too long, 1 × cut off``; empty without failures."""
    return _(", ").join(f"{count} × {error(kind)}" for kind, count in kinds.items())


def _failed(kind: str) -> tuple[str, str]:
    try_later = _("Try again later.")
    not_yours = _("Nothing that you can mend; we have noted it.")
    words = {
        "refused": (_("refused to serve us"), _("Choose another channel, or ask the provider.")),
        "unauthorised": (_("did not accept our key"), not_yours),
        "not_found": (_("does not know this model"), _("Choose another channel; this one may have been withdrawn.")),
        "invalid": (_("did not accept the request"), _("Try a plainer prompt, or another channel.")),
        "too_long": (
            _("the prompt is too long for it"),
            _("Shorten the prompt, or take a model with a larger context."),
        ),
        "rate_limited": (_("too many requests at once"), try_later),
        "overloaded": (_("overloaded or out of order"), try_later),
        "timeout": (_("took too long"), _("Try again later, or take a faster channel.")),
        "connect": (_("could not be reached"), try_later),
        "tls": (_("its certificate could not be trusted"), _("Choose another channel.")),
        "cut_off": (_("the answer broke off"), _("What arrived is kept. Try again later.")),
        "malformed": (_("the answer could not be read"), _("Choose another channel.")),
        "too_large": (_("sent more than we accept"), _("Ask for a shorter answer.")),
        "blocked_address": (_("its address is not allowed"), not_yours),
        "content_filtered": (_("withheld the answer"), _("Put the question differently, or choose another channel.")),
        "cancelled": (_("was stopped"), _("Start again to get a full answer.")),
        "internal": (_("failed by our own fault"), _("It does not count against the channel. Try again.")),
    }
    return words.get(kind, (kind, try_later))
