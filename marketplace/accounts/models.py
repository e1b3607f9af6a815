"""People who sign in, and the keys by which their programs do. Visitors need not: a guest is a signed cookie."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class People(UserManager["User"]):
    """Who can start a process here needs no letter to prove an address."""

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **extra: Any
    ) -> User:
        from allauth.account.models import EmailAddress

        operator = super().create_superuser(username, email, password, **extra)
        if operator.email:
            EmailAddress.objects.create(user=operator, email=operator.email.lower(), verified=True, primary=True)
        return operator


class User(AbstractUser):
    """A person who signs in by e-mail; ``language`` is that of the letters we send, empty is unknown."""

    language = models.CharField(_("language of letters"), max_length=10, choices=settings.LANGUAGES, blank=True)

    objects: ClassVar[People] = People()

    @property
    def shown_name(self) -> str:
        """How other members see them."""
        return self.get_full_name() or self.email or self.username


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def in_force(self) -> Self:
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()), revoked_at__isnull=True)

    def matching(self, secret: str) -> ApiKey | None:
        """The key in force whose whole digest is that of ``secret``; nothing shorter is ever compared."""
        return self.in_force().filter(digest=digest_of(secret)).select_related("user").first()


class ApiKey(models.Model):
    """密钥: lets a program act for a person within ``scopes``. Shown once; only its hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_keys", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=60)
    beginning = models.CharField(_("begins with"), max_length=12)
    digest = models.CharField(_("digest"), max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.beginning}…"


def digest_of(secret: str) -> str:
    """SHA-256 in hex: a key has 256 random bits, so it needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
