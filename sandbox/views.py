"""The pages of trials: form → action → redirect. Whoever has a trial's address may look at it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from catalog.models import Scenario
from marketplace.accounts import guests
from marketplace.accounts.models import User
from marketplace.billing import ledger, quotas
from marketplace.origins import trusts_same_origin
from sandbox import opening, problems, redaction, trials
from sandbox.forms import TrialForm
from sandbox.models import Trial
from sandbox.pages import form as form_page
from sandbox.pages import live as live_page
from sandbox.pages import method as method_page
from sandbox.unlisted import unlisted


def language() -> str:
    """``zh`` or ``en``: the language of the page is the language of the prompts."""
    return "zh" if (get_language() or "").startswith("zh") else "en"


def signed_in(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def owned(request: HttpRequest) -> Any:
    """The trials of whoever asks."""
    user = signed_in(request)
    guest = guests.fingerprint(guests.token_of(request))
    return Trial.objects.owned_by(user_id=user.pk if user else None, guest=guest)


@trusts_same_origin
@require_http_methods(["GET", "HEAD", "POST"])
def new_trial(request: HttpRequest) -> HttpResponse:
    """The form, and what it opens."""
    if not Scenario.objects.open().exists():
        return problems.nothing_to_try(request)
    known = guests.token_of(request)
    token = known if guests.fingerprint(known) else guests.new_token()
    if request.method == "POST":
        response = start_trial(request, token, is_new_guest=token != known)
    else:
        response = show_form(request, TrialForm(form_page.wanted(request)))
    guests.remember(response, token)
    return response


def start_trial(request: HttpRequest, token: str, *, is_new_guest: bool) -> HttpResponse:
    """Open what the form asks for; refused, the form comes back with everything that was typed."""
    form = TrialForm(request.POST, request.FILES)
    if getattr(request, "carries_too_much", False):
        form.add_error(None, problems.pictures_too_large())
    if not form.is_valid():
        return show_form(request, form, status=400)
    try:
        trial = opening.open_from(
            form,
            language=language(),
            user=signed_in(request),
            guest=guests.fingerprint(token),
            is_new_guest=is_new_guest,
        )
    except trials.Refused as refused:
        form.add_error(opening.FIELDS.get(refused.field), str(refused))
        return show_form(request, form, status=400)
    except quotas.OutOfQuota as out:
        return show_form(request, form, status=429, problem=problems.out_of_quota(out))
    except ledger.OutOfCredit:
        return show_form(request, form, status=503, problem=problems.purse_is_empty())
    return redirect(trial)


def show_form(
    request: HttpRequest, form: TrialForm, *, status: int = 200, problem: problems.Problem | None = None
) -> HttpResponse:
    context = form_page.context(request, form, language=language())
    if not context["left"] and request.method != "POST":
        problem = problems.out_of_quota(
            quotas.OutOfQuota(limit=settings.GUEST_TRIALS_PER_DAY, resets_at=quotas.resets_at())
        )
    return render(request, "sandbox/new_trial.html", {**context, "problem": problem}, status=status)


@require_GET
def quote(request: HttpRequest) -> JsonResponse:
    """What the form as it stands would cost at most, as a sentence."""
    return JsonResponse(form_page.quote_form(TrialForm(request.GET), language=language()))


@require_safe
@unlisted
def trial(request: HttpRequest, code: str) -> HttpResponse:
    """The live page; a finished trial's report."""
    found = Trial.objects.select_related("scenario", "report").filter(code=code).first()
    if found is None:
        return problems.no_such_trial(request)
    report = getattr(found, "report", None)
    if report:
        return redirect(report) if report.revoked_at is None else problems.revoked(request)
    context = {"trial": found, "is_owner": owned(request).filter(pk=found.pk).exists(), **live_page.context(found)}
    return render(request, "sandbox/trial.html", context)


@require_safe
@unlisted
def trial_state(request: HttpRequest, code: str) -> JsonResponse:
    """The live page's snapshot again, for when its stream is silent or gone."""
    found = Trial.objects.select_related("report").filter(code=code).first()
    if found is None or (hasattr(found, "report") and found.report.revoked_at):
        return JsonResponse({}, status=404)
    state = live_page.state(found)
    hides = hasattr(found, "report") and found.report.hides_texts
    return JsonResponse(redaction.without_texts(state) if hides else state)


@require_POST
@unlisted
def cancel_trial(request: HttpRequest, code: str) -> HttpResponse:
    found = owned(request).filter(code=code).first()
    if found is None:
        return problems.not_yours(request)
    trials.cancel_trial(found)
    return redirect(found)


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """How we score, and every grader's record."""
    return render(request, "sandbox/method.html", method_page.context())
