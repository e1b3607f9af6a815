"""Opening and stopping trials: quota, hold, grid, go."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import product
from string import ascii_uppercase
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Avg, F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Channel, FxRate, Price, Scenario
from marketplace.billing import ledger, purse, quotas
from sandbox import calling, judging, pairs, pictures, rounds, tasks
from sandbox.graders.rule.references import checks_for
from sandbox.models import Answer, Contender, Picture, Prompt, PromptSet, Trial, TrialState

if TYPE_CHECKING:
    from marketplace.accounts.models import User

GUEST_QUOTA = "trials"


class Refused(Exception):
    """A trial that cannot be opened: which field, what is wrong with it, and the mend, in the reader's language."""

    def __init__(self, field: str, message: str, mend: str) -> None:
        super().__init__(f"{message} {mend}")
        self.field = field
        self.message = message
        self.mend = mend


@dataclass(frozen=True)
class OwnPrompt:
    """A visitor's own question, with the answer they would accept if they know it."""

    text: str
    reference: str = ""
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A trial as it would be run: everything that its ceiling is made of."""

    scenario: Scenario
    channels: Sequence[Channel]
    prompts: Sequence[Prompt]
    repeats: int
    judges: Sequence[Channel]
    prices: dict[int, Price]
    fx: dict[str, str]
    mode: Trial.Mode = Trial.Mode.FIXED

    @property
    def answers(self) -> int:
        """At most: an adaptive trial asks fewer."""
        return len(self.channels) * len(self.prompts) * self.repeats

    @property
    def ceiling(self) -> Decimal:
        """The most that all calls may cost, judges included, in the trial's currency."""
        asked = (
            calling.ceiling(calling.outline_of(prompt), channel, self.prices.get(channel.pk), self.fx)
            for channel, prompt in product(self.channels, self.prompts)
        )
        judged = (
            judging.ceiling(prompt, judge, self.prices.get(judge.pk), self.fx)
            for judge, prompt in product(self.judges, self.prompts)
        )
        compared = (
            pairs.ceiling(self.prompts, judge, self.prices.get(judge.pk), self.fx, contested=len(self.channels) > 1)
            for judge in self.judges
        )
        graded = sum(asked, Decimal(0)) + len(self.channels) * sum(judged, Decimal(0))
        return self.repeats * graded + sum(compared, Decimal(0))


def suggest(scenario: Scenario, *, top: int, may_train: bool = True, with_pictures: bool = False) -> list[Channel]:
    """``top`` channels to try: live ones when two or more are live, else simulated; best evidence first.

    ``may_train`` False leaves only real channels whose provider is known not to train on inputs; ``with_pictures``
    leaves only those whose model is known to take pictures.
    """
    offered = scenario.channels.listed().contenders().live().select_related("provider", "model")
    if not may_train:
        offered = offered.filter(Q(provider__is_simulated=True) | Q(provider__trains_on_inputs=False))
    kind = {"provider__is_simulated": offered.filter(provider__is_simulated=False).count() < 2}
    evidence = Avg("measurements__value", filter=Q(measurements__metric="score", measurements__scenario=scenario))
    ranked = offered.filter(**kind).annotate(evidence=evidence).order_by(F("evidence").desc(nulls_last=True), "slug")
    if with_pictures:  # the kinds stand in JSON, which not every database can look into
        return [channel for channel in ranked if channel.model.takes_pictures][: max(top, 0)]
    return list(ranked[: max(top, 0)])


def exchange_rates() -> dict[str, str]:
    """The newest rate of each currency into the trial's, as text."""
    rates = FxRate.objects.filter(quote=settings.CURRENCY).order_by("on")
    return {rate.base: str(rate.rate) for rate in rates}


def house_prompts(scenario: Scenario, language: str, *, mode: Trial.Mode = Trial.Mode.FIXED) -> list[Prompt]:
    """One click's prompts: some of the scenario's own, in the visitor's language, in their order.

    The choice changes with the day, so that all of them gather evidence, and not within it, so that a quote holds. An
    adaptive trial may ask all of them, in the order drawn: what it asks first must be no easier than the rest.
    """
    newest = scenario.prompt_sets.filter(version__isnull=False).order_by("-version").first()
    prompts = list(pictures.with_outlines(newest.prompts.filter(language=language))) if newest else []
    draw = random.Random(f"{scenario.slug} {language} {timezone.localdate()}")  # noqa: S311  # not a secret
    if mode == Trial.Mode.ADAPTIVE:
        return draw.sample(prompts, min(settings.TRIAL_MAX_PROMPTS, len(prompts)))
    chosen = draw.sample(prompts, min(settings.ONE_CLICK_PROMPTS, len(prompts)))
    return sorted(chosen, key=lambda prompt: prompt.position)


def own_prompts(own: Sequence[OwnPrompt], scenario: Scenario, language: str) -> list[Prompt]:
    """Unsaved rows for a visitor's prompts, after checking them."""
    limit = settings.TRIAL_MAX_PROMPT_CHARS
    rows = []
    for number, prompt in enumerate(own, 1):
        text = prompt.text.replace("\0", "").strip()
        if is_blank(text):
            raise Refused("prompts", _("Prompt %d is empty.") % number, _("Write what the APIs should answer."))
        if len(text) > limit:
            raise Refused(
                "prompts",
                _("Prompt %(number)d has %(length)s characters; %(limit)s is the most.")
                % {"number": number, "length": f"{len(text):,}", "limit": f"{limit:,}"},
                _("Shorten it, or split it into several prompts."),
            )
        reference = prompt.reference.replace("\0", "").strip()[:limit]
        title = text.splitlines()[0][:80]
        row = Prompt(
            slug=f"own-{number}",
            language=language,
            title=title,
            text=text,
            reference=reference,
            checks=checks_for(reference),
            position=number,
        )
        row.brought = prompt.pictures
        rows.append(row)
    return rows


def is_blank(text: str) -> bool:
    """Nothing that a reader would see: spaces, controls and invisible marks alone."""
    return all(unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp", "Zs"} for char in text)


def plan(
    *,
    scenario: Scenario,
    channels: Sequence[Channel],
    language: str,
    own: Sequence[OwnPrompt] = (),
    repeats: int = 1,
    mode: Trial.Mode = Trial.Mode.FIXED,
) -> Plan:
    """Check a wish and lay it out; raises Refused."""
    refuse_channels(scenario, channels)
    refuse_numbers(own=own, repeats=repeats)
    prompts = own_prompts(own, scenario, language) if own else house_prompts(scenario, language, mode=mode)
    if not prompts:
        raise Refused(
            "scenario", _("This scenario has no prompts in this language yet."), _("Bring a prompt of your own.")
        )
    if any(prompt.shown for prompt in prompts):
        refuse_without_sight(channels)
    if len(channels) * len(prompts) * repeats > settings.TRIAL_MAX_ANSWERS:
        raise Refused(
            "channels",
            _("That would be %(answers)d answers; a trial has at most %(limit)d.")
            % {"answers": len(channels) * len(prompts) * repeats, "limit": settings.TRIAL_MAX_ANSWERS},
            _("Take fewer channels, prompts or repeats."),
        )
    judges = judging.panel_for(channels, scenario).judges
    today = timezone.localdate()
    rows = Price.objects.on(today).filter(channel__in=[*channels, *judges]).order_by("starts_on")
    return Plan(
        scenario=scenario,
        channels=channels,
        prompts=prompts,
        repeats=repeats,
        judges=judges,
        prices={price.channel_id: price for price in rows},
        fx=exchange_rates(),
        mode=mode,
    )


def refuse_numbers(*, own: Sequence[OwnPrompt], repeats: int) -> None:
    if not 1 <= repeats <= settings.TRIAL_MAX_REPEATS:
        raise Refused(
            "repeats",
            _("%d repeats are not possible.") % repeats,
            _("Choose from 1 to %d.") % settings.TRIAL_MAX_REPEATS,
        )
    if len(own) > settings.TRIAL_MAX_PROMPTS:
        raise Refused(
            "prompts",
            _("%(given)d prompts are too many; a trial has at most %(limit)d.")
            % {"given": len(own), "limit": settings.TRIAL_MAX_PROMPTS},
            _("Leave some out."),
        )


def refuse_channels(scenario: Scenario, channels: Sequence[Channel]) -> None:
    """Raises Refused unless these channels can be compared with each other, now, in this scenario."""
    limit = settings.TRIAL_MAX_CHANNELS
    if not channels:
        raise Refused("channels", _("No channel is chosen."), _("Choose at least one."))
    if len(channels) > limit:
        raise Refused(
            "channels",
            _("%(given)d channels are too many; a trial has at most %(limit)d.")
            % {"given": len(channels), "limit": limit},
            _("Leave some out."),
        )
    if len({channel.is_simulated for channel in channels}) > 1:
        raise Refused(
            "channels",
            _("Simulated and real channels never share a trial."),
            _("Take either only simulated or only real ones."),
        )
    chosen = Channel.objects.filter(pk__in=[channel.pk for channel in channels])
    offered = chosen.listed().contenders().filter(scenarios=scenario)
    refuse_missing(channels, offered, _("Not offered in this scenario: %s."))
    allowed = chosen.exclude(provider__allows_trials=False)
    refuse_missing(
        channels, allowed, _("Only listed, and not to be tried, for its provider's terms rule out trials: %s.")
    )
    refuse_missing(channels, offered.live(), _("Only listed, and not to be tried, for we hold no working key: %s."))


def refuse_without_sight(channels: Sequence[Channel]) -> None:
    sighted = [channel for channel in channels if channel.model.takes_pictures]
    refuse_missing(channels, sighted, _("The prompts have pictures, and these models are not known to take any: %s."))


def refuse_missing(channels: Sequence[Channel], found: object, why: str) -> None:
    kept = {channel.pk for channel in found}  # type: ignore[attr-defined]
    missing = [channel.slug for channel in channels if channel.pk not in kept]
    if missing:
        raise Refused("channels", why % ", ".join(missing[:5]), _("Leave it out, or choose another channel."))


@transaction.atomic
def open_trial(
    *,
    scenario: Scenario,
    channels: Sequence[Channel],
    language: str,
    own: Sequence[OwnPrompt] = (),
    repeats: int = 1,
    weights: dict[str, float] | None = None,
    mode: Trial.Mode = Trial.Mode.FIXED,
    is_blind: bool = False,
    user: User | None = None,
    guest: str = "",
) -> Trial:
    """Spend quota, hold the money, lay out every answer we expect, and ring for a worker once that is committed.

    Raises Refused, quotas.OutOfQuota or ledger.OutOfCredit; then nothing has happened.
    """
    planned = plan(scenario=scenario, channels=channels, language=language, own=own, repeats=repeats, mode=mode)
    subject = f"user:{user.pk}" if user else f"guest:{guest}"
    quotas.spend(subject=subject, quota=GUEST_QUOTA, limit=settings.GUEST_TRIALS_PER_DAY)
    trial = Trial.objects.create(
        owner=user,
        guest="" if user else guest,
        scenario=scenario,
        rubric=scenario.rubric,
        prompt_set=freeze_prompts(planned, own=bool(own)),
        language=language,
        repeats=repeats,
        mode=mode,
        is_blind=is_blind,
        is_simulated=channels[0].is_simulated,
        weights=full_weights(scenario, weights or {}),
        currency=settings.CURRENCY,
        ceiling=planned.ceiling,
        fx=planned.fx,
        deadline=timezone.now() + timedelta(seconds=settings.TRIAL_DEADLINE_S),
    )
    lay_out_grid(trial, planned)
    # Last, because it locks the purse until we commit.
    ledger.hold(
        payer=purse.open_today(), currency=trial.currency, amount=planned.ceiling, reference=trial.hold_reference
    )
    transaction.on_commit(lambda: tasks.ring(trial.pk, TrialState.RUNNING))
    return trial


def freeze_prompts(planned: Plan, *, own: bool) -> PromptSet:
    """The house's set as it stands, or a new one with the visitor's prompts."""
    if not own:
        return planned.prompts[0].prompt_set
    prompt_set = PromptSet.objects.create(scenario=planned.scenario)
    for prompt in planned.prompts:
        prompt.prompt_set = prompt_set
    made = Prompt.objects.bulk_create(planned.prompts)
    for prompt in made:
        for picture in prompt.brought:
            picture.prompt = prompt
    Picture.objects.bulk_create(picture for prompt in made for picture in prompt.brought)
    return prompt_set


def full_weights(scenario: Scenario, wished: dict[str, float]) -> dict[str, float]:
    """A weight for every dimension of the rubric, and for cost and speed (0 unless wished)."""
    usual = {dimension.slug: dimension.weight for dimension in scenario.rubric.dimensions.all()}
    usual |= {"cost": 0.0, "speed": 0.0}
    for name, weight in wished.items():
        if name not in usual:
            known = _("Take one of these: %s") % ", ".join(usual)
            raise Refused("weights", _("“%s” is nothing that can be weighed.") % name[:60], known)
        if not 0 <= weight <= 10:
            raise Refused("weights", _("The weight of “%s” is out of range.") % name, _("Choose from 0 to 10."))
    weights = usual | wished
    if not any(weights[dimension] for dimension in weights if dimension not in {"cost", "speed"}):
        raise Refused("weights", _("All dimensions weigh nothing."), _("Give at least one of them a weight."))
    return weights


def lay_out_grid(trial: Trial, planned: Plan) -> None:
    """Contenders under labels A, B, … (shuffled when blind, so that a letter gives nothing away) and their answers.

    Of an adaptive trial only the first round's.
    """
    channels = list(planned.channels)
    if trial.is_blind:
        random.SystemRandom().shuffle(channels)
    contenders = Contender.objects.bulk_create(
        Contender(trial=trial, channel=channel, price=planned.prices.get(channel.pk), label=label)
        for channel, label in zip(channels, labels(len(channels)), strict=True)
    )
    if planned.mode == Trial.Mode.ADAPTIVE:
        trial.plan = [prompt.pk for prompt in planned.prompts]
        trial.save(update_fields=["plan"])
        rounds.lay_out(trial, 1, contenders)
        return
    grid = product(contenders, planned.prompts, range(planned.repeats))
    Answer.objects.bulk_create(Answer(contender=c, prompt=p, repeat=n) for c, p, n in grid)


def labels(count: int) -> list[str]:
    """A … Z, AA, AB, …"""
    singles = list(ascii_uppercase)
    return (singles + [a + b for a, b in product(singles, singles)])[:count]


def cancel_trial(trial: Trial) -> bool:
    """Ask the worker to stop; what has arrived is kept and reported. False when the trial had already ended."""
    asked = Trial.objects.open().filter(pk=trial.pk, cancel_asked_at__isnull=True).update(cancel_asked_at=Now())
    return bool(asked)
