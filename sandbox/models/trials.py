"""One comparison as it runs: the trial, its contenders, and every answer it awaits.

State moves by one conditional UPDATE that returns whether it happened. A worker holds a trial by a lease
(by the database's clock) and a fencing number that every later write carries: whoever was overtaken writes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import CheckConstraint, F, Prefetch, Q, UniqueConstraint
from django.db.models.functions import Coalesce, Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.models import Channel, Price, Rubric, Scenario
from sandbox.models.prompts import Language, Prompt, PromptSet


def new_code() -> str:
    """128 unguessable bits: whoever has the code has the permission."""
    return secrets.token_hex(16)


class TrialState(models.TextChoices):
    RUNNING = "running", _("running")
    JUDGING = "judging", _("judging")
    REPORTING = "reporting", _("writing the report")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("stopped")
    FAILED = "failed", _("failed")


OPEN_STATES = [TrialState.RUNNING, TrialState.JUDGING, TrialState.REPORTING]


class TrialQuerySet(models.QuerySet["Trial"]):
    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)

    def unattended(self) -> Self:
        """Open trials that no living worker holds."""
        return self.open().filter(Q(lease_until__isnull=True) | Q(lease_until__lt=Now()))

    def take(self, pk: int, state: TrialState) -> Trial | None:
        """Lease the trial for this worker if it is in ``state`` and nobody holds it; None when somebody does."""
        with transaction.atomic():  # both or neither: who is paused between them would read the next holder's number
            return self._take(pk, state)

    def _take(self, pk: int, state: TrialState) -> Trial | None:
        lease = Now() + timedelta(seconds=settings.TRIAL_LEASE_S)
        free = self.unattended().filter(pk=pk, state=state)
        if not free.update(fence=F("fence") + 1, lease_until=lease, started_at=Coalesce("started_at", Now())):
            return None
        return self.for_running().get(pk=pk)

    def for_running(self) -> Self:
        return self.select_related("scenario", "prompt_set", "rubric")

    def owned_by(self, *, user_id: int | None, guest: str) -> Self:
        if user_id is not None:
            return self.filter(owner_id=user_id)
        return self.filter(guest=guest) if guest else self.none()


class Trial(models.Model):
    """试用: the same prompts put to many channels. The code is the permission to look at it."""

    class Mode(models.TextChoices):
        FIXED = "fixed", _("fixed")
        ADAPTIVE = "adaptive", _("adaptive")

    code = models.CharField(_("code"), max_length=40, unique=True, default=new_code)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="trials", verbose_name=_("owner")
    )
    guest = models.CharField(_("guest"), max_length=64, blank=True, help_text=_("hash of the guest's token"))
    nonce = models.CharField(_("form"), max_length=64, blank=True, help_text=_("one form, sent twice, is one trial"))
    scenario = models.ForeignKey(Scenario, models.PROTECT, related_name="trials", verbose_name=_("scenario"))
    rubric = models.ForeignKey(Rubric, models.PROTECT, related_name="trials", verbose_name=_("rubric"))
    prompt_set = models.ForeignKey(PromptSet, models.PROTECT, related_name="trials", verbose_name=_("prompt set"))
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    repeats = models.PositiveSmallIntegerField(_("repeats"), default=1)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices, default=Mode.FIXED)
    plan = models.JSONField(
        _("plan"), default=list, blank=True, help_text=_("ids of all prompts that an adaptive trial may ask, in order")
    )
    is_blind = models.BooleanField(_("blind"), default=False)
    is_simulated = models.BooleanField(_("simulated"), default=False)
    weights = models.JSONField(_("weights"), default=dict, help_text=_("per dimension slug, and cost and speed"))
    currency = models.CharField(_("currency"), max_length=3)
    ceiling = models.DecimalField(_("may cost at most"), max_digits=18, decimal_places=9)
    fx = models.JSONField(_("exchange rates"), default=dict, blank=True, help_text=_('{"USD": "7.1"}: as of the start'))
    state = models.CharField(_("state"), max_length=10, choices=TrialState.choices, default=TrialState.RUNNING)
    problem = models.CharField(_("what went wrong"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    deadline = models.DateTimeField(_("deadline"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    cancel_asked_at = models.DateTimeField(_("stop asked"), null=True, blank=True)
    rung_at = models.DateTimeField(_("bell rung"), null=True, blank=True)
    lease_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    fence = models.PositiveIntegerField(_("fencing number"), default=0)

    objects = TrialQuerySet.as_manager()

    class Meta:
        verbose_name = _("trial")
        verbose_name_plural = _("trials")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "lease_until"])]
        constraints = [
            CheckConstraint(condition=Q(repeats__gte=1), name="a_trial_asks_at_least_once"),
            UniqueConstraint(fields=["nonce"], condition=~Q(nonce=""), name="a_form_sent_twice_is_one_trial"),
            CheckConstraint(
                condition=Q(state__in=OPEN_STATES) | Q(finished_at__isnull=False), name="an_ended_trial_says_when"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("sandbox:trial", args=[self.code])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def running_until(self) -> datetime:
        """When the answers must be in: the rest of the time is for judging and the report."""
        reserve = timedelta(seconds=settings.TRIAL_JUDGING_S)
        return self.deadline - min(reserve, (self.deadline - self.created_at) / 4)

    @property
    def judging_until(self) -> datetime:
        return self.deadline - (self.deadline - self.running_until) / 6

    @property
    def hold_reference(self) -> str:
        return f"trial:{self.code}"

    def keep_lease(self) -> bool:
        """Prolong our lease; False when another worker has taken the trial, or it has ended."""
        lease = Now() + timedelta(seconds=settings.TRIAL_LEASE_S)
        return bool(Trial.objects.open().filter(pk=self.pk, fence=self.fence).update(lease_until=lease))

    def move(self, now: TrialState, then: TrialState) -> bool:
        """``now`` → ``then``, given up by us; True for exactly one caller."""
        held = Trial.objects.filter(pk=self.pk, state=now, fence=self.fence)
        finished = {} if then in OPEN_STATES else {"finished_at": Now()}
        moved = held.update(state=then, lease_until=None, rung_at=None, **finished)
        if moved:
            self.state = then
        return bool(moved)

    def let_go(self) -> bool:
        """Give the lease back after a failure, to be taken again in a while; False when the deadline has passed."""
        mine = Trial.objects.filter(pk=self.pk, fence=self.fence, deadline__gt=Now())
        return bool(mine.update(lease_until=None, rung_at=Now()))

    def fail(self, now: TrialState, problem: str) -> bool:
        """End the trial without a report; True for exactly one caller."""
        Trial.objects.filter(pk=self.pk, state=now, fence=self.fence).update(problem=problem)
        return self.move(now, TrialState.FAILED)

    def finish_running(self) -> bool:
        return self.move(TrialState.RUNNING, TrialState.JUDGING)


class Contender(models.Model):
    """参评渠道: a channel in a trial, under a blind label, at the price in force when it started."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="contenders", verbose_name=_("trial"))
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="contenders", verbose_name=_("channel"))
    price = models.ForeignKey(Price, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("price"))
    label = models.CharField(_("label"), max_length=3)

    class Meta:
        verbose_name = _("contender")
        verbose_name_plural = _("contenders")
        ordering = ["trial", "pk"]
        constraints = [
            UniqueConstraint(fields=["trial", "channel"], name="contender_once_per_trial"),
            UniqueConstraint(fields=["trial", "label"], name="label_once_per_trial"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.channel_id}"


class AnswerState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


# What is written of an answer before its end, and stays.
BEFORE_ITS_END = {"id", "contender", "prompt", "repeat", "sent_at"}


class AnswerQuerySet(models.QuerySet["Answer"]):
    def waiting(self) -> Self:
        return self.filter(state=AnswerState.WAITING)

    def done(self) -> Self:
        return self.filter(state=AnswerState.DONE)

    def of(self, trial: Trial) -> Self:
        return self.filter(contender__trial=trial)

    def finish(self, rows: Sequence[Answer]) -> None:
        """Write down the ends of those among ``rows`` that are still waiting, which the trial's holder alone may end.

        One statement for all: an UPDATE for each keeps a processor busy for several times as long.
        """
        waiting = set(self.waiting().filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
        ended = [row for row in rows if row.pk in waiting]
        fields = [each.name for each in self.model._meta.concrete_fields if each.name not in BEFORE_ITS_END]
        self.bulk_create(ended, update_conflicts=True, unique_fields=["id"], update_fields=fields)

    def for_running(self) -> Self:
        """What asking needs: the grid's cells bare, with each of its rows and columns once."""
        contenders = Contender.objects.select_related("price", "channel__provider")
        cells = self.only("contender", "prompt", "repeat")
        return cells.prefetch_related("prompt__pictures", Prefetch("contender", contenders))


class Answer(models.Model):
    """回答: contender × prompt × repeat.

    ``sent_at`` is written before the request leaves: what has left is not sent again.

    Costs are Decimal: ``cost`` in the price's currency, ``charge`` in the trial's; None is unknown.
    """

    contender = models.ForeignKey(Contender, models.CASCADE, related_name="answers", verbose_name=_("contender"))
    prompt = models.ForeignKey(Prompt, models.PROTECT, related_name="answers", verbose_name=_("prompt"))
    repeat = models.PositiveSmallIntegerField(_("repeat"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=AnswerState.choices, default=AnswerState.WAITING)
    text = models.TextField(_("text"), blank=True)
    reasoning = models.TextField(_("reasoning"), blank=True)
    error_kind = models.CharField(_("error"), max_length=20, blank=True)
    error_detail = models.CharField(_("error, in words"), max_length=500, blank=True)
    finish = models.CharField(_("why it stopped"), max_length=20, blank=True)
    upstream_model = models.CharField(_("what the upstream said it was"), max_length=200, blank=True)
    input_tokens = models.PositiveIntegerField(_("input tokens"), null=True, blank=True)
    output_tokens = models.PositiveIntegerField(_("output tokens"), null=True, blank=True)
    reasoning_tokens = models.PositiveIntegerField(_("reasoning tokens"), null=True, blank=True)
    cached_tokens = models.PositiveIntegerField(_("cached input tokens"), null=True, blank=True)
    usage_estimated = models.BooleanField(_("usage is our estimate"), default=False)
    ttft_ms = models.FloatField(_("TTFT (ms)"), null=True, blank=True)
    ttfat_ms = models.FloatField(_("TTFAT (ms)"), null=True, blank=True)
    total_ms = models.FloatField(_("total (ms)"), null=True, blank=True)
    gap_p95_ms = models.FloatField(_("95th percentile of gaps (ms)"), null=True, blank=True)
    output_tps = models.FloatField(_("output tokens per second"), null=True, blank=True)
    cost = models.DecimalField(_("cost"), max_digits=18, decimal_places=9, null=True, blank=True)
    charge = models.DecimalField(_("charge"), max_digits=18, decimal_places=9, null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    flags = models.JSONField(_("flags"), default=list, blank=True, help_text=_("such as usage_mismatch"))
    sent_body = models.JSONField(_("what was sent"), default=dict, blank=True)
    dropped = models.JSONField(_("parameters left out"), default=list, blank=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            UniqueConstraint(fields=["contender", "prompt", "repeat"], name="one_answer_per_cell"),
            CheckConstraint(
                condition=Q(error_kind="") | Q(state=AnswerState.FAILED), name="only_a_failed_answer_has_an_error"
            ),
            CheckConstraint(
                condition=~Q(state=AnswerState.FAILED) | ~Q(error_kind=""), name="a_failed_answer_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contender_id} {self.prompt_id} {self.repeat}"

    @property
    def is_open(self) -> bool:
        return self.state == AnswerState.WAITING
