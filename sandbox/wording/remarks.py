"""Every reason and every flip as a sentence, by its code."""

from __future__ import annotations

import math
from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sandbox.wording.words import Facts, Names, percent, points, price


def remark(said: Facts, names: Names) -> str:
    """One reason or flip as a sentence."""
    return SENTENCES[said["code"]](said["values"], names)


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
