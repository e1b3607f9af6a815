"""Who may see a report, and how much of it: by its link (the usual), by everybody, or by nobody any more.

Nothing caches a report, so every change here holds from the next request on.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import PublicReport
from sandbox import live, wording
from sandbox.models import Report, Visibility

REVOKED = "revoked"


class NeedsApproval(Exception):
    """A report on prompts of the owner's own becomes public only when an operator approves it."""


@transaction.atomic
def publish(report: Report) -> bool:
    """Show a report on the house's prompts to everybody; True for exactly one caller. Raises NeedsApproval."""
    if report.facts["own_prompts"]:
        raise NeedsApproval
    return _move(report, Visibility.LINK, Visibility.PUBLIC)


def ask(report: Report) -> bool:
    """Ask the operators to make a report on the owner's own prompts public."""
    return _move(report, Visibility.LINK, Visibility.ASKED)


@transaction.atomic
def approve(report: Report) -> bool:
    """An operator's yes to what the owner asked for."""
    return _move(report, Visibility.ASKED, Visibility.PUBLIC)


@transaction.atomic
def unpublish(report: Report) -> bool:
    """Back to the link alone: the owner's change of mind, or an operator's no."""
    return any(_move(report, state, Visibility.LINK) for state in (Visibility.PUBLIC, Visibility.ASKED))


@transaction.atomic
def revoke(report: Report) -> bool:
    """Close the report to everybody, with the stream and the catalogue's link to it; True for exactly one caller."""
    gone = {"revoked_at": timezone.now(), "visibility": Visibility.LINK}
    revoked = Report.objects.open().filter(pk=report.pk).update(**gone)
    PublicReport.objects.filter(code=report.code).delete()
    transaction.on_commit(lambda: live.drop(report.code))
    return bool(revoked)


@transaction.atomic
def hide(report: Report, *, prompts: bool, answers: bool) -> bool:
    """Show the report without its prompts' or answers' texts, or with them again."""
    shows_more = (report.hides_prompts and not prompts) or (report.hides_answers and not answers)
    if shows_more and report.facts["own_prompts"] and _move(report, Visibility.PUBLIC, Visibility.LINK):
        ask(report)  # the operator who approved it had not read what is shown now
    changed = Report.objects.open().filter(pk=report.pk).update(hides_prompts=prompts, hides_answers=answers)
    if prompts or answers:
        transaction.on_commit(lambda: live.drop(report.code))
    return bool(changed)


@transaction.atomic
def change(report: Report, *, wished: str, hide_prompts: bool, hide_answers: bool) -> None:
    """An owner's whole wish at once: a Visibility, or ``revoked``. Raises NeedsApproval; then nothing has changed."""
    if wished == REVOKED:
        revoke(report)
    else:
        if (hide_prompts, hide_answers) != (report.hides_prompts, report.hides_answers):
            hide(report, prompts=hide_prompts, answers=hide_answers)
        _show(report, wished)
    report.refresh_from_db()


def _show(report: Report, wished: str) -> None:
    if wished == Visibility.LINK:
        unpublish(report)
    elif wished == Visibility.ASKED and report.facts["own_prompts"]:
        ask(report)
    elif wished != report.visibility:
        publish(report)


def _move(report: Report, old: Visibility, new: Visibility) -> bool:
    """The move and the catalogue's row for it, which stand or fall together."""
    if not Report.objects.move(report.pk, old, new):
        return False
    if new == Visibility.PUBLIC:
        titles = {f"title_{code}": _title(report, language) for code, language in (("zh", "zh-hans"), ("en", "en"))}
        today = timezone.localdate()
        scenario = report.trial.scenario
        shown = PublicReport.objects.create(code=report.code, scenario=scenario, published_on=today, **titles)
        shown.channels.set(report.trial.contenders.values_list("channel_id", flat=True))
    elif old == Visibility.PUBLIC:
        PublicReport.objects.filter(code=report.code).delete()
    report.visibility = new
    return True


def _title(report: Report, language: str) -> str:
    with override(language):
        said = wording.recommendation(report.facts).plain
        title = _("%(verdict)s (simulated)") % {"verdict": said} if report.facts["simulated"] else said
        return Truncator(title).chars(200)
