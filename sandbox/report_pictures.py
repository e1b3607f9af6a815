"""The picture that stands for a public report where it is shared: its verdict, and no more than its page says."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from catalog.models import PublicReport
from catalog.posters import press
from catalog.posters.press import Poster
from sandbox import wording
from sandbox.models import Report, Visibility
from sandbox.unlisted import unlisted

LANGUAGES = {"zh": "zh-hans", "en": "en"}


@require_safe
@unlisted
def report_picture(request: HttpRequest, code: str, language: str) -> HttpResponse:
    """404 for a report that is not public (any more): whoever has its picture asks again each time."""
    report = Report.objects.open().filter(code=code, visibility=Visibility.PUBLIC).first()
    listed = PublicReport.objects.filter(code=code).select_related("scenario").first()
    if report is None or listed is None or language not in LANGUAGES:
        raise Http404
    with override(LANGUAGES[language]):
        poster = verdict(report, listed, language=language)
    response = press.answer(request, poster, cache_control="no-cache")
    response["X-Robots-Tag"] = "all"
    return response


def verdict(report: Report, listed: PublicReport, *, language: str) -> Poster:
    """The poster in the language in force."""
    return Poster(
        language=language,
        eyebrow=_("Report: %(scenario)s") % {"scenario": listed.scenario.title},
        title=wording.recommendation(report.facts).plain,
        note=date_format(listed.published_on, "DATE_FORMAT"),
        badge=_("simulated") if report.facts["simulated"] else "",
    )
