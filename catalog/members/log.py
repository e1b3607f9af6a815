"""The log of who did what for a provider: its words, and how it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import AuditEntry, Provider, Role
from catalog.models.members import GONE

if TYPE_CHECKING:
    from marketplace.accounts.models import User

# What may stand in the log, and its sentence; ``subject`` and the entry's facts fill it.
ACTIONS: dict[str, str | Promise] = {
    "provider_founded": _("registered the provider"),
    "provider_changed": _("changed the provider's facts: %(fields)s"),
    "member_appointed": _("made %(subject)s %(role)s, as an operator"),
    "member_invited": _("invited %(subject)s as %(role)s"),
    "invitation_revoked": _("took back the invitation of %(subject)s"),
    "member_joined": _("joined as %(role)s"),
    "member_role_changed": _("made %(subject)s %(role)s"),
    "member_removed": _("removed %(subject)s"),
    "member_left": _("left the provider"),
    "ownership_transferred": _("handed ownership to %(subject)s"),
    "api_added": _("added the API %(subject)s"),
    "api_address_changed": _("changed the address of %(subject)s to %(address)s"),
    "api_removed": _("removed the API %(subject)s"),
    "key_entered": _("entered a key for %(subject)s"),
    "key_rotated": _("replaced the key for %(subject)s"),
    "key_removed": _("removed the key for %(subject)s"),
    "models_chosen": _("chose the models of %(subject)s: %(models)s"),
    "prices_set": _("set the price of %(subject)s"),
    "limits_set": _("set the limits of %(subject)s"),
    "terms_set": _("stated region, retention and training"),
    "scenarios_chosen": _("chose the scenarios of %(subject)s: %(scenarios)s"),
    "agreed": _("agreed to version %(version)s of the terms of trials and publication"),
    "checks_started": _("started the checks of %(subject)s"),
    "channel_submitted": _("submitted %(subject)s"),
    "submission_withdrawn": _("withdrew the submission of %(subject)s"),
    "channel_approved": _("listed %(subject)s"),
    "channel_declined": _("declined %(subject)s: %(reason)s"),
    "channel_sent_back": _("took %(subject)s off the list until it is checked again"),
    "recheck_failed": _("found that %(subject)s failed a check: %(checks)s"),
    "channel_suspended": _("suspended %(subject)s: %(reason)s"),
    "channel_returned": _("put %(subject)s back on the list"),
    "channel_retired": _("retired %(subject)s"),
    "sunset_set": _("set the last day of %(subject)s to %(day)s"),
    "sunset_reminded": _("reminded of the last day of %(subject)s: %(day)s"),
    "sunset_lifted": _("lifted the last day of %(subject)s"),
    "reply_written": _("replied to the report %(subject)s"),
    "reply_removed": _("removed the reply to the report %(subject)s"),
}

_ROLES = dict(Role.choices)
# The fields that "provider_changed" names.
_FIELDS: dict[str, str | Promise] = {
    "name_en": _("name in English"),
    "name_zh": _("name in Chinese"),
    "homepage": _("homepage"),
    "docs_url": _("documentation"),
    "country": _("country or region"),
}


def note(provider: Provider, by: User | None, action: str, subject: str = "", **facts: str | int) -> AuditEntry:
    """Write down what ``by`` (None: the site itself) did. Keys and tokens never belong here."""
    if action not in ACTIONS:
        raise ValueError(f"no such action: {action}")
    return AuditEntry.objects.create(
        provider=provider,
        actor=by,
        actor_name=by.shown_name if by else "",
        action=action,
        subject=subject[:200],
        facts=facts,
    )


def sentence(entry: AuditEntry) -> str:
    """What was done, in the reader's language; a word that has no sentence any more stands for itself."""
    from catalog.onboarding.vocabulary import REASONS  # which writes down here what it does

    facts = {
        name: REASONS.get(str(value), value) if name == "reason" else _shown(name, value)
        for name, value in entry.facts.items()
    }
    subject = gettext("a former member") if entry.subject == GONE else entry.subject
    try:
        return str(ACTIONS[entry.action]) % {**facts, "subject": subject}
    except (KeyError, TypeError, ValueError):
        return f"{entry.action} {entry.subject}".strip()


def _shown(name: str, value: str | int) -> str | int:
    if name == "role":
        return str(_ROLES.get(str(value), value))
    if name == "fields":
        return gettext(", ").join(str(_FIELDS.get(field, field)) for field in str(value).split(", "))
    return value
