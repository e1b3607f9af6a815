"""The right of reply: what a provider says to a public report in which a channel of theirs took part.

The words stand under the report as they were written, as text, in the provider's name; they change nothing in it.
"""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import members
from catalog.models import Provider, PublicReport
from catalog.refusals import Refused
from catalog.versions import Outdated
from marketplace.accounts.models import User
from sandbox.models import Reply, Report


def concerning(provider: Provider) -> QuerySet[PublicReport]:
    """Public reports that compare a channel of the provider's, the newest first."""
    return PublicReport.objects.filter(channels__provider=provider).distinct().order_by("-published_on", "-pk")


def to_report(report: Report) -> QuerySet[Reply]:
    """What stands under a report: replies stay with it, also when it goes back to its link alone."""
    return Reply.objects.shown().filter(report__code=report.code).select_related("provider")


def mark_of(reply: Reply | None) -> str:
    """Stands for a reply as it is now; empty where there is none."""
    return "" if reply is None else (reply.changed_at or reply.written_at).isoformat()


@transaction.atomic
def write(provider: Provider, code: str, *, by: User, text: str, seen: str | None = None) -> Reply:
    """Put the provider's reply under the public report ``code``, in place of an earlier one.

    ``seen`` is the mark of the reply that the writer saw. Raises Refused, and Outdated where another stands there now.
    """
    public = concerning(provider).filter(code=code).values("code")
    report = Report.objects.open().filter(code__in=public).select_for_update(of=("self",)).first()
    if report is None:
        raise Refused(
            "report",
            _("None of your channels is in a public report at this address."),
            _("Take one from the list of reports."),
        )
    said = _said(text)
    reply = Reply.objects.filter(report=report, provider=provider).first()
    if seen is not None and seen != mark_of(reply):
        raise Outdated
    if reply is not None and reply.hidden_at:
        raise Refused(
            "text", _("An operator has hidden your reply to this report."), _("Write to the operators of this site.")
        )
    if reply is None:
        reply = Reply.objects.create(report=report, provider=provider, text=said, written_by=by)
    else:
        reply.text, reply.written_by, reply.changed_at = said, by, timezone.now()
        reply.save(update_fields=["text", "written_by", "changed_at"])
    members.note(provider, by, "reply_written", code)
    return reply


def _said(text: str) -> str:
    """The reply's words as they are kept. Raises Refused."""
    said = text.replace("\0", "").replace("\r\n", "\n").strip()
    if not said:
        raise Refused("text", _("The reply is empty."), _("Write what readers of the report should know."))
    if len(said) > settings.REPLY_MOST_CHARS:
        raise Refused(
            "text",
            _("The reply has %(length)s characters; %(limit)s is the most.")
            % {"length": f"{len(said):,}", "limit": f"{settings.REPLY_MOST_CHARS:,}"},
            _("Shorten it, or link to a longer text."),
        )
    return said


@transaction.atomic
def remove(provider: Provider, code: str, *, by: User) -> bool:
    """Take the provider's reply away; False where there is none. One that an operator has hidden stays hidden."""
    deleted, _rows = Reply.objects.shown().filter(provider=provider, report__code=code).delete()
    if deleted:
        members.note(provider, by, "reply_removed", code)
    return bool(deleted)


def hide(reply: Reply, *, reason: str) -> bool:
    """An operator's no, with its reason; True for exactly one caller."""
    shown = Reply.objects.shown().filter(pk=reply.pk)
    return bool(shown.update(hidden_at=timezone.now(), hidden_for=reason[:300]))


def show_again(reply: Reply) -> bool:
    hidden = Reply.objects.filter(pk=reply.pk, hidden_at__isnull=False)
    return bool(hidden.update(hidden_at=None, hidden_for=""))
