"""Everything that the site holds about a person, as one ZIP: an account.json, and a file for each trial.

Secrets are not in it: no password, no key, no code, not even their hashes.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from catalog.models import Agreement, Api, AuditEntry, Invitation, Submission
from marketplace.accounts.models import ApiKey, User
from marketplace.billing.models import QuotaUse
from sandbox.models import AbuseReport, Answer, ConformanceRun, Reply, Trial

PERSON = ["username", "email", "first_name", "last_name", "language", "date_joined", "last_login", "is_staff"]
ANSWER = [
    "repeat",
    "state",
    "text",
    "reasoning",
    "error_kind",
    "error_detail",
    "input_tokens",
    "output_tokens",
    "ttft_ms",
    "total_ms",
    "charge",
    "finished_at",
]


def pack(user: User) -> bytes:
    """The ZIP; one trial at a time is held unpacked."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("account.json", _json(account(user)))
        for trial in Trial.objects.filter(owner=user).select_related("scenario", "prompt_set", "report").iterator(100):
            archive.writestr(f"trials/{trial.code}.json", _json(of_trial(trial)))
            for name, data in _own_pictures(trial):
                archive.writestr(f"trials/{trial.code}/{name}", data)
    return packed.getvalue()


def account(user: User) -> dict[str, Any]:
    """All but the trials, as JSON values; each list is what its table knows of the person."""
    addresses = EmailAddress.objects.filter(user=user)
    letters_to = [user.email, *addresses.values_list("email", flat=True)]
    return {
        "as_of": timezone.now(),
        "account": {name: getattr(user, name) for name in PERSON},
        "addresses": _rows(addresses, "email", "verified", "primary"),
        "devices": _rows(UserSession.objects.filter(user=user), "created_at", "ip", "user_agent"),
        "second_factors": _rows(Authenticator.objects.filter(user=user), "type", "created_at", "last_used_at"),
        "api_keys": _rows(
            ApiKey.objects.filter(user=user),
            *("name", "beginning", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at"),
        ),
        "memberships": _rows(user.memberships.all(), "provider__slug", "role", "since"),
        "invitations": _rows(
            Invitation.objects.filter(Q(email__in=letters_to) | Q(invited_by=user) | Q(accepted_by=user)),
            *("provider__slug", "email", "role", "sent_at", "accepted_at", "revoked_at"),
        ),
        "agreements": _rows(Agreement.objects.filter(agreed_by=user), "provider__slug", "version", "agreed_at"),
        "apis_added": _rows(Api.objects.filter(created_by=user), "provider__slug", "base_url", "created_at"),
        "submissions": _rows(
            Submission.objects.filter(Q(submitted_by=user) | Q(decided_by=user)),
            *("channel__slug", "state", "submitted_at", "decided_at", "reason"),
        ),
        "checks_started": _rows(ConformanceRun.objects.filter(asked_by=user), "channel__slug", "kind", "created_at"),
        "replies": _rows(Reply.objects.filter(written_by=user), "report__code", "provider__slug", "text", "written_at"),
        "log": _rows(AuditEntry.objects.filter(actor=user), "provider__slug", "action", "subject", "facts", "at"),
        "complaints": _rows(
            AbuseReport.objects.filter(contact__in=letters_to), "report__code", "complaint", "text", "created_at"
        ),
        "counts_of_use": _rows(QuotaUse.objects.filter(subject=f"user:{user.pk}"), "quota", "period", "used"),
    }


def of_trial(trial: Trial) -> dict[str, Any]:
    """A trial with what was asked and what came: prompts, answers by channel, and the report's facts if it has one."""
    prompts = trial.prompt_set.prompts.all()
    contenders = trial.contenders.select_related("channel")
    asked = ("pk", "title", "language", "system", "text", "reference")
    report = getattr(trial, "report", None)
    return {
        "code": trial.code,
        "scenario": trial.scenario.slug,
        "state": trial.state,
        "language": trial.language,
        "weights": trial.weights,
        "created_at": trial.created_at,
        "finished_at": trial.finished_at,
        "prompts": _rows(prompts, *asked),
        "answers": [
            {"channel": each.channel.slug, "answers": _rows(Answer.objects.filter(contender=each), "prompt", *ANSWER)}
            for each in contenders
        ],
        "report": report.facts if report else None,
    }


def _own_pictures(trial: Trial) -> Iterable[tuple[str, bytes]]:
    if not trial.prompt_set.is_own:
        return
    for prompt in trial.prompt_set.prompts.all():
        for picture in prompt.pictures.all():
            kind = picture.media_type.rpartition("/")[2]
            yield f"{prompt.pk}-{picture.position}.{kind}", bytes(picture.data)


def _rows(rows: QuerySet[Any, Model], *names: str) -> list[dict[str, Any]]:
    return [{name.replace("__", "_"): row[name] for name in names} for row in rows.values(*names)]


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
