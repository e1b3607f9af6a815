"""What the form page shows: what can be compared here, what it may cost, and where the prompt goes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.countries import country_name
from catalog.models import Channel, Scenario
from marketplace import money
from marketplace.accounts import guests
from marketplace.billing import quotas
from sandbox import opening, trials, uploads
from sandbox.forms import MOST_WEIGHT, SUGGESTED, TrialForm, dimensions_of, new_nonce
from sandbox.models import Picture, Trial
from sandbox.wire.images import LONGEST_SIDE, MEDIA_TYPES, PNG


@dataclass
class Choice:
    """One channel that can be ticked."""

    channel: Channel
    ticked: bool

    @property
    def trains(self) -> str:
        """``yes``, ``no`` or ``unknown``: may the provider train on what it is sent?"""
        trains = self.channel.provider.trains_on_inputs
        return "unknown" if trains is None else ("yes" if trains else "no")

    @property
    def country(self) -> str:
        return country_name(self.channel.provider.country) or _("country unknown")


@dataclass
class Weight:
    """One slider: ``name`` is a dimension's slug, cost or speed."""

    name: str
    title: str
    note: str
    value: float
    share: float = 0.0


def wanted(request: HttpRequest) -> QueryDict:
    """What a link to the form asks for (``?scenario=…&channel=…&prompt=…``), as the form's own fields."""
    data = request.GET.copy()
    data.setlist("channels", [*data.getlist("channels"), *data.getlist("channel")])
    data.setdefault("top", str(SUGGESTED))
    return data


def context(request: HttpRequest, form: TrialForm, *, language: str) -> dict[str, Any]:
    """Everything the form page needs, for a form that is new or was refused."""
    scenarios = list(Scenario.objects.open())
    scenario = next((each for each in scenarios if each.slug == form.data.get("scenario")), scenarios[0])
    offered = list(scenario.channels.listed().contenders().for_lists().order_by("provider__is_simulated", "slug"))
    live = [channel for channel in offered if getattr(channel, "live", False)]
    strict = bool(form.data.get("no_training"))
    suggested = trials.suggest(scenario, top=top_of(form), may_train=not strict)
    ticked = set(form.slugs) or {channel.slug for channel in suggested}
    choices = [Choice(channel, channel.slug in ticked) for channel in live]
    return {
        "form": form,
        "scenarios": scenarios,
        "scenario": scenario,
        "choices": choices,
        "idle": [channel for channel in offered if not getattr(channel, "live", False)],
        "ticked": [choice for choice in choices if choice.ticked],
        "where": where(choices),
        "weights": weights(scenario, form.data),
        "most_weight": MOST_WEIGHT,
        "prompt": form.data.get("prompt", "").replace("\x00", ""),
        "prompt_limit": settings.TRIAL_MAX_PROMPT_CHARS,
        "one_click": settings.ONE_CLICK_PROMPTS,
        "most_prompts": len(trials.house_prompts(scenario, language, mode=Trial.Mode.ADAPTIVE)),
        "repeats": form.data.get("repeats") or 1,
        "most_repeats": settings.TRIAL_MAX_REPEATS,
        "most_channels": settings.TRIAL_MAX_CHANNELS,
        "keep_days": settings.TRIAL_KEEP_DAYS,
        "most_pictures": settings.TRIAL_MAX_PICTURES,
        "most_picture_mb": f"{settings.TRIAL_MAX_PICTURE_BYTES / uploads.MEGA:.1f}",
        "picture_kinds": ",".join(MEDIA_TYPES),
        "lost_pictures": bool(form.attached),
        "nonce": new_nonce(),
        "quote": quote([choice.channel for choice in choices if choice.ticked], scenario, form, language=language),
        "left": trials_left(request),
        "words": words(),
    }


def top_of(form: TrialForm) -> int:
    try:
        return max(1, min(int(form.data.get("top", SUGGESTED)), settings.TRIAL_MAX_CHANNELS))
    except ValueError:
        return SUGGESTED


def quote(channels: list[Channel], scenario: Scenario, form: TrialForm, *, language: str) -> str:
    """``At most ¥0.06 for 48 answers, paid by us``; empty when it cannot be told yet."""
    prompt = form.data.get("prompt", "").strip()
    own = [trials.OwnPrompt(prompt, pictures=foreseen(form))] if prompt else []
    try:
        repeats = int(form.data.get("repeats") or 1)
        mode = Trial.Mode.ADAPTIVE if form.data.get("adaptive") else Trial.Mode.FIXED
        planned = trials.plan(
            scenario=scenario, channels=channels, language=language, own=own, repeats=repeats, mode=mode
        )
    except (trials.Refused, ValueError):
        return ""
    return quote_sentence(planned)


def quote_form(form: TrialForm, *, language: str) -> dict[str, str]:
    """A form's quote, or what keeps it from being one; JSON-ready."""
    if not form.is_valid():
        return {"quote": "", "problem": " ".join(str(error) for errors in form.errors.values() for error in errors)}
    wishes = opening.wishes(form, language=language)
    if wishes["own"]:
        wishes["own"] = [replace(each, pictures=foreseen(form)) for each in wishes["own"]]
    wanted = {name: wishes[name] for name in ("scenario", "channels", "language", "own", "repeats", "mode")}
    try:
        planned = trials.plan(**wanted)
    except trials.Refused as refused:
        return {"quote": "", "problem": str(refused)}
    return {"quote": quote_sentence(planned), "problem": ""}


def foreseen(form: TrialForm) -> tuple[Picture, ...]:
    """Pictures that a quote is asked for before they are sent: as many as said, each as dear as any can be."""
    if form.pictures:
        return form.pictures
    try:
        count = min(int(form.data.get("picture_count") or 0), settings.TRIAL_MAX_PICTURES)
    except ValueError:
        return ()
    return tuple(Picture(width=LONGEST_SIDE, height=LONGEST_SIDE, media_type=PNG, position=n) for n in range(count))


def quote_sentence(planned: trials.Plan) -> str:
    """How many answers, what they cost at most, and who reads them besides: a real judge is a third party."""
    if planned.mode == Trial.Mode.ADAPTIVE:
        sentence = ngettext(
            "up to %(count)d answer, at most %(cost)s, paid by us",
            "up to %(count)d answers, at most %(cost)s, paid by us",
            planned.answers,
        )
    else:
        sentence = ngettext(
            "%(count)d answer, at most %(cost)s, paid by us",
            "%(count)d answers, at most %(cost)s, paid by us",
            planned.answers,
        )
    cost = money.show(planned.ceiling, settings.CURRENCY)
    judges = dict.fromkeys(judge.provider.name for judge in planned.judges if not judge.is_simulated)
    judged = _("; scored by an AI model at %(providers)s, which reads the prompt and the answers")
    return sentence % {"count": planned.answers, "cost": cost} + (
        judged % {"providers": _(", ").join(judges)} if judges else ""
    )


def trials_left(request: HttpRequest) -> int:
    """How many trials this visitor may still start today."""
    guest = guests.fingerprint(guests.token_of(request))
    subject = f"user:{request.user.pk}" if request.user.is_authenticated else f"guest:{guest}"
    return quotas.left(subject=subject, quota=trials.GUEST_QUOTA, limit=settings.GUEST_TRIALS_PER_DAY)


def weights(scenario: Scenario, data: QueryDict) -> list[Weight]:
    """Sliders in the rubric's order, then cost and speed; what the visitor had set stays set."""
    rows = [Weight(each.slug, each.title, each.note, each.weight) for each in dimensions_of(scenario)]
    rows += [Weight("cost", _("Low cost"), "", 0.0), Weight("speed", _("Speed"), "", 0.0)]
    for row in rows:
        row.value = _number(data.get(f"weight-{row.name}"), row.value)
    total = sum(row.value for row in rows)
    for row in rows:
        row.share = row.value / total if total else 0.0
    return rows


def where(choices: list[Choice]) -> str:
    """One line: which providers and countries the prompt goes to."""
    going = [choice for choice in choices if choice.ticked]
    if not going:
        return ""
    if all(choice.channel.is_simulated for choice in going):
        return _("The prompt goes to simulated channels only, which run on this site: no provider sees it.")
    providers = dict.fromkeys(choice.channel.provider.name for choice in going)
    countries = dict.fromkeys(choice.country for choice in going)
    names = {"providers": _(", ").join(providers), "countries": _(", ").join(countries)}
    return _("The prompt goes to %(providers)s (%(countries)s).") % names


def words() -> dict[str, str]:
    """What the form's script may say."""
    return {
        "chosen": _("{count} of {all} chosen"),
        "simulated": _("The prompt goes to simulated channels only, which run on this site: no provider sees it."),
        "where": _("The prompt goes to {providers} ({countries})."),
        "comma": _(", "),
        "mixed": _("Simulated and real channels never share a trial: choose one kind."),
        "none": _("Choose at least one channel."),
        "many": _("At most {limit} channels fit into one trial."),
        "starting": _("Starting …"),
        "characters": _("{count} of {limit} characters"),
        "too_many_pictures": _("At most {limit} pictures go with one prompt."),
        "picture_too_large": _("“{name}” is larger than {limit} MB."),
    }


def _number(text: str | None, otherwise: float) -> float:
    try:
        number = float(text or "")
    except ValueError:
        return otherwise
    return otherwise if math.isnan(number) else min(max(number, 0.0), MOST_WEIGHT)
