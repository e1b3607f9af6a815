"""One's API keys: the list, a new one (shown once), and revoking."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.account_pages.key_forms import KeyForm
from marketplace.accounts import keys
from marketplace.accounts.models import ApiKey, User


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]  # allauth has no types
def own_keys(request: HttpRequest) -> HttpResponse:
    """The keys, and a form for another. Its secret is in the answer to the form and nowhere else: not in the session,
    from which a page after a redirect would have to take it. Who has not signed in lately is asked to do so first."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # login_required saw to that
    form = KeyForm(request.POST or None)
    made = form.make(user) if request.method == "POST" and form.is_valid() else None
    shown = ApiKey.objects.filter(user=user)
    context = {
        "form": KeyForm() if made else form,
        "made": made[0] if made else None,
        "secret": made[1] if made else "",
        "keys": [(key, state_of(key)) for key in shown],
        "scopes": keys.SCOPES,
    }
    status = 400 if form.errors and not made else 200
    return render(request, "account/keys.html", context, status=status)


@require_POST
@login_required
def revoke_key(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's keys at once."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # login_required saw to that
    found = ApiKey.objects.filter(user=user, pk=pk).first()
    if found is None:
        raise Http404
    keys.revoke(user, pk)
    messages.success(request, _("The key “%s” is revoked: no program can use it any more.") % found.name)
    return redirect("account_pages:keys")


def state_of(key: ApiKey) -> str:
    """``in_force``, ``revoked`` or ``expired``."""
    if key.revoked_at:
        return "revoked"
    return "expired" if key.expires_at and key.expires_at <= timezone.now() else "in_force"
