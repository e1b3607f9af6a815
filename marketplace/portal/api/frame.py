"""What every address of the portal's API has in common: who may, and how a refusal is told.

To a stranger a provider does not exist (404), as on the pages. A member whose role is too small is told so (403): they
know of the provider, and a program should not look for a slip in its address. A key needs ``portal:read`` or
``portal:write`` besides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from catalog.api import Pages
from catalog.models import Api, Channel, Membership, Provider, Role
from catalog.refusals import Refused
from catalog.tabular import Fault, Unreadable
from catalog.versions import Outdated
from marketplace.accounts.bearer import SignedIn
from marketplace.accounts.models import User
from marketplace.billing.quotas import OutOfQuota
from marketplace.portal.adding.actions import Hesitant, Moves
from marketplace.portal.adding.stray_keys import is_stray, warning
from marketplace.portal.doors import membership_of
from marketplace.problems import Problem, ProblemSerializer
from sandbox.api import out_of_quota
from sandbox.conformance.runs import Exhausted
from sandbox.unlisted import HEADERS

Verb = TypeVar("Verb", bound=Callable[..., HttpResponse])
# Fields of a refusal that are about where something stands, not about what was sent.
STATES = frozenset(("channel", "channels", "state", "provider", "conformance", "confirmed"))
# What is tried as a key or token, and a list that names pages and models by the hundred.
KEYS_MAY_BE_IN = frozenset(("key", "token", "csv"))


class PortalView(APIView):
    """For people who are signed in, and for their keys; kept by no cache."""

    permission_classes = [SignedIn]
    scopes: ClassVar[dict[str, str]] = {"read": "portal:read", "write": "portal:write"}

    @property
    def person(self) -> User:
        assert isinstance(self.request.user, User)  # noqa: S101  # SignedIn saw to that
        return self.request.user

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(problem_of(exc) or exc)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return super().finalize_response(request, response, *args, **kwargs)

    def page(self, found: Any, row: Callable[[Any], dict[str, Any]]) -> Response:
        """One page of ``found``, each as ``row`` tells it."""
        pages = Pages()
        shown = pages.paginate_queryset(found, self.request, self) or []
        return pages.get_paginated_response([row(one) for one in shown])

    def wish(self, body: type[BaseSerializer[Any]], **options: Any) -> dict[str, Any]:
        """The request's body, read by ``body``; raises ValidationError."""
        read = body(data={} if self.request.data is None else self.request.data, **options)
        try:
            read.is_valid(raise_exception=True)
        except ValidationError:
            found: Any = read.errors
            # What was no valid choice is repeated by its error.
            self.refuse_strays({name: str(words) for name, words in found.items()})
            raise
        self.refuse_strays(read.validated_data)
        return dict(read.validated_data)

    def refuse_strays(self, wished: Any) -> None:
        """A key in a field that is not for keys is neither saved nor told again."""
        held = getattr(getattr(self, "membership", None), "provider", None)
        for path, text in texts(wished, ()):
            if not KEYS_MAY_BE_IN & set(path) and is_stray(text, provider=held):
                raise Problem(400, warning(), field=".".join(path), mend=_("Send it to the address for keys alone."))


class ProviderView(PortalView):
    """Below ``providers/<slug:provider>/``; ``least`` is the least role for each verb, else viewer to read and editor
    to change."""

    least: ClassVar[Mapping[str, str]] = {}
    membership: Membership

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.membership = membership_of(self.person, kwargs["provider"])
        least = self.least_for(request.method or "GET")
        if not self.membership.may(least):
            raise too_small(least)

    @classmethod
    def least_for(cls, method: str) -> str:
        usual = Role.VIEWER if method in SAFE_METHODS else Role.EDITOR
        return cls.least.get("GET" if method == "HEAD" else method, usual)

    @property
    def provider(self) -> Provider:
        return self.membership.provider

    def api(self, pk: int) -> Api:
        """The provider's API of this number; raises Http404."""
        found = self.provider.apis.filter(pk=pk).first()
        if found is None:
            raise Http404
        found.provider = self.provider
        return found

    def channel(self, slug: str) -> Channel:
        """The provider's channel of this slug; raises Http404."""
        found = self.provider.channels.select_related("model", "api", "successor").filter(slug=slug).first()
        if found is None:
            raise Http404
        found.provider = self.provider
        return found


def texts(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text in a body, with the path to it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from texts(inner, (*path, str(name)))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from texts(inner, (*path, str(place)))


def problem_of(error: Exception) -> Problem | None:
    """What the actions raise, as a problem document; None for all else."""
    if isinstance(error, Outdated):
        return outdated()
    if isinstance(error, OutOfQuota):
        return out_of_quota(error)
    if isinstance(error, Unreadable):
        return unreadable(error)
    if isinstance(error, Hesitant):
        return Problem(400, error.message, field=error.field, mend=f"{error.mend} {saved_anyway()}")
    if isinstance(error, Moves):
        return Problem(409, error.message, field="confirmed", mend=_('Send "confirmed": true to do it all the same.'))
    if isinstance(error, Exhausted):
        return Problem(429, error.message, mend=error.mend, headers={"Retry-After": str(error.wait_s)})
    if isinstance(error, Refused):
        status = 409 if error.field in STATES else 400
        return Problem(status, error.message, field=error.field, mend=error.mend)
    return None


def unreadable(error: Unreadable) -> Problem:
    """Every fault of a list of prices, each with its line and column."""
    faults = [(_place(fault), fault.message, fault.mend) for fault in error.faults]
    (field, detail, mend), *others = faults or [("", _("It cannot be read."), "")]
    return Problem(400, detail, field=field, mend=mend, others=others)


def _place(fault: Fault) -> str:
    parts = ["lines", str(fault.line), fault.column] if fault.line else [fault.column]
    return ".".join(filter(None, parts))


def saved_anyway() -> str:
    return _('Or send "anyway": true, and it is saved all the same.')


def outdated() -> Problem:
    return Problem(
        409,
        _("Somebody else has changed it since you read it; nothing was saved."),
        field="version",
        mend=_("Read it again, and send your change with the version that it has now."),
    )


def too_small(least: str) -> Problem:
    return Problem(
        403,
        _("Your role with this provider does not allow that; it takes %s at least.") % Role(least).label,
        mend=_("Ask an owner of the provider."),
    )


def described(
    name: str,
    summary: str,
    *,
    body: Any = None,
    answers: dict[int, Any],
    refuses: bool = False,
    parameters: Sequence[Any] = (),
) -> Callable[[Verb], Verb]:
    """How a verb stands in the API's description; ``refuses`` adds what an action may refuse: 400 and 409."""
    statuses = {400: refuses or bool(parameters), 409: refuses, 404: bool(parameters)}
    refusals = {status: ProblemSerializer for status, may in statuses.items() if may}
    known: Callable[[Verb], Verb] = extend_schema(
        operation_id=f"portal_{name}",
        summary=summary,
        request=body,
        responses={**answers, **refusals},
        parameters=list(parameters),
        tags=["portal"],
    )
    return known


def unknown_channels(slugs: Sequence[str], *, field: str = "channels") -> Problem:
    shown = ", ".join(slug[:60] for slug in slugs[:5])
    mend = _("Take the slugs from the provider's list of channels.")
    return Problem(400, _("There is no channel called %s here.") % shown, field=field, mend=mend)
