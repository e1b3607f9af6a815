"""A provider's way in: an API that is being added, and each channel's submission to the operators."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from catalog.models.channels import Channel
from catalog.models.choices import Protocol
from catalog.models.providers import Provider


class Api(models.Model):
    """接口: one address of a provider and the protocol spoken there; its channels are the models served.

    The wizard saves into it step by step. The key stands in the provider's ``Credential`` for the address's origin.
    ``models_seen`` is what the API itself listed: ``["name", …]``; None: it was not asked, or has no list.
    ``version`` rises with every change: a form that was filled in on an older one is told so, and changes nothing.
    """

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="apis", verbose_name=_("provider"))
    base_url = models.CharField(_("base URL"), max_length=300)
    protocol = models.CharField(_("protocol"), max_length=10, choices=Protocol.choices, blank=True)
    is_detected = models.BooleanField(_("protocol detected"), default=False)
    models_seen = models.JSONField(_("models that it lists"), null=True, blank=True)
    models_seen_at = models.DateTimeField(_("asked for models"), null=True, blank=True)
    max_parallel = models.PositiveSmallIntegerField(_("calls at once"), default=4)
    calls_per_minute = models.PositiveIntegerField(_("calls per minute"), default=120)
    version = models.PositiveIntegerField(_("version"), default=1)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("added by")
    )
    created_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        verbose_name = _("API")
        verbose_name_plural = _("APIs")
        ordering = ["created_at", "pk"]
        constraints = [
            UniqueConstraint(fields=["provider", "protocol", "base_url"], name="an_address_once_per_provider"),
            CheckConstraint(condition=Q(max_parallel__gte=1), name="an_api_takes_at_least_one_call"),
            CheckConstraint(condition=Q(calls_per_minute__gte=1), name="an_api_takes_a_call_a_minute"),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.base_url}"


class SubmissionState(models.TextChoices):
    WAITING = "waiting", _("waiting for an operator")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def waiting(self) -> Self:
        return self.filter(state=SubmissionState.WAITING)

    def move(self, pk: int, old: SubmissionState, new: SubmissionState, **values: object) -> bool:
        """Decide it; True for exactly one caller."""
        return bool(self.filter(pk=pk, state=old).update(state=new, **values))


class Submission(models.Model):
    """提交: a channel as put before the operators: ``facts`` is what they judge, ``conformance`` a run's code."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="submissions", verbose_name=_("channel"))
    state = models.CharField(
        _("state"), max_length=10, choices=SubmissionState.choices, default=SubmissionState.WAITING
    )
    facts = models.JSONField(_("facts"))
    conformance = models.CharField(_("conformance run"), max_length=40, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("submitted by")
    )
    submitted_at = models.DateTimeField(_("submitted"), auto_now_add=True)
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["submitted_at", "pk"]
        constraints = [
            UniqueConstraint(
                fields=["channel"], condition=Q(state="waiting"), name="one_waiting_submission_per_channel"
            ),
            CheckConstraint(condition=~Q(state="declined", reason=""), name="a_decline_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.state}"
