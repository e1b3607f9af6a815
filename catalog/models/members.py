"""Who acts for a provider: members with their roles, invitations, what was agreed to, and the log of who did what."""

from __future__ import annotations

from typing import Any, NoReturn, Self

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models.providers import Provider

# Stands in logs and agreements for somebody whose account is deleted.
GONE = "(deleted account)"


class Role(models.TextChoices):
    """What a member may do: an owner everything, an editor all but people, a viewer look."""

    OWNER = "owner", _("owner")
    EDITOR = "editor", _("editor")
    VIEWER = "viewer", _("viewer")


# Who may do what an editor may is asked as "role in AT_LEAST[Role.EDITOR]".
AT_LEAST: dict[str, tuple[str, ...]] = {
    Role.VIEWER: (Role.VIEWER, Role.EDITOR, Role.OWNER),
    Role.EDITOR: (Role.EDITOR, Role.OWNER),
    Role.OWNER: (Role.OWNER,),
}


class Membership(models.Model):
    """成员: a person who acts for a provider. A provider with members always has an owner (``catalog.members``)."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="memberships", verbose_name=_("provider"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    since = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["since", "pk"]
        constraints = [UniqueConstraint(fields=["provider", "user"], name="one_membership_per_person_and_provider")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} @ {self.provider_id}"

    def may(self, least: str) -> bool:
        """Whether the role is ``least`` or more."""
        return self.role in AT_LEAST[least]


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> Self:
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=timezone.now())


class Invitation(models.Model):
    """邀请: whoever opens the mailed address and is signed in becomes a member, once. Only the token's hash is kept."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="invitations", verbose_name=_("provider"))
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    digest = models.CharField(_("digest"), max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("invited by")
    )
    sent_at = models.DateTimeField(_("sent"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("accepted by"),
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            UniqueConstraint(
                fields=["provider", "email"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="one_open_invitation_per_address",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} @ {self.provider_id}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()


class Agreement(models.Model):
    """协议: a member agreed for the provider that trials may be run and results published; dated and versioned."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="agreements", verbose_name=_("provider"))
    version = models.CharField(_("version of the terms"), max_length=20)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("agreed by")
    )
    agreed_name = models.CharField(_("name at that time"), max_length=254)
    agreed_at = models.DateTimeField(_("agreed"), auto_now_add=True)

    class Meta:
        verbose_name = _("agreement to the terms")
        verbose_name_plural = _("agreements")
        ordering = ["-agreed_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.version}"


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def by_person(self, person: str) -> Self:
        """Of one actor, by primary key; ``"site"`` is what no person did."""
        return self.filter(actor__isnull=True, actor_name="") if person == "site" else self.filter(actor=person)

    def forget(self, user: Any, names: set[str]) -> None:
        """The one change that the log allows: an account goes, and with it the person's name and addresses."""
        models.QuerySet(self.model).filter(actor=user).update(actor_name=GONE)
        models.QuerySet(self.model).filter(subject__in=names).update(subject=GONE)

    def update(self, **values: Any) -> NoReturn:
        raise TypeError("the log is append-only")

    def delete(self) -> NoReturn:
        raise TypeError("the log is append-only")


class AuditEntry(models.Model):
    """记录: who did what for a provider, and when. Written by ``catalog.members.note``, never changed or removed.

    The database refuses both (migration ``log_is_append_only``), but for the names of somebody whose account goes.

    ``action`` is a word of ``catalog.members.ACTIONS``; ``facts`` fill its sentence and hold no secret. ``actor`` None
    is the site itself.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="log", verbose_name=_("provider"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    actor_name = models.CharField(_("name at that time"), max_length=254, blank=True)
    action = models.CharField(_("what"), max_length=40)
    subject = models.CharField(_("of what"), max_length=200, blank=True)
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    at = models.DateTimeField(_("when"), auto_now_add=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log entries")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"

    @property
    def who(self) -> str:
        """The name to show: nobody's for the site itself, a former member's for somebody whose account is deleted."""
        if self.actor_name == GONE:
            return gettext("a former member")
        return self.actor_name or "Touchstone"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("the log is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("the log is append-only")
