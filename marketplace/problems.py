"""What the API says when it cannot do what was asked: RFC 9457 problem documents that name the field and the mend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.settings import api_settings

CONTENT_TYPE = "application/problem+json"

TITLES = {
    400: gettext_lazy("The request is not valid"),
    401: gettext_lazy("Not signed in"),
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("Not found"),
    405: gettext_lazy("This address does not take this method"),
    406: gettext_lazy("No such format"),
    409: gettext_lazy("It is no longer in that state"),
    410: gettext_lazy("Gone"),
    412: gettext_lazy("Somebody else changed it meanwhile"),
    413: gettext_lazy("Too large"),
    415: gettext_lazy("The body is not JSON"),
    429: gettext_lazy("Too many requests"),
    503: gettext_lazy("Not available right now"),
}
# By the error code of a serializer's field: what to do about it.
MENDS = {
    "required": gettext_lazy("Add this field."),
    "null": gettext_lazy("Give it a value or leave it out."),
    "blank": gettext_lazy("Give it some text or leave it out."),
    "empty": gettext_lazy("Put at least one item into the list, or leave the field out."),
    "not_a_list": gettext_lazy("Send a list."),
    "not_a_dict": gettext_lazy("Send an object."),
    "does_not_exist": gettext_lazy("Take one that is listed at /api/v1/scenarios/ or /api/v1/channels/."),
    "invalid_choice": gettext_lazy("Take one of the values in the API's documentation."),
    "unknown": gettext_lazy("Correct its name or leave it out."),
    "max_length": gettext_lazy("Shorten it."),
    "min_length": gettext_lazy("Lengthen it."),
    "max_value": gettext_lazy("Lower it."),
    "min_value": gettext_lazy("Raise it."),
    "parse_error": gettext_lazy("Send well-formed JSON."),
    "unsupported_media_type": gettext_lazy("Send the header “Content-Type: application/json”."),
    "not_found": gettext_lazy("Check the address."),
    "not_authenticated": gettext_lazy("Sign in, or send a key: “Authorization: Bearer …”."),
    "authentication_failed": gettext_lazy("Send a key in force, “Authorization: Bearer …”, or leave the header out."),
}
ANYTHING = gettext_lazy("Change it as the message says and send the request again.")


class Problem(exceptions.APIException):
    """A problem of ours: ``status``, a sentence, the field it is about (empty: all of it) and what mends it.

    ``others`` are further ``(field, sentence, mend)`` that are wrong with the same request.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        field: str = "",
        mend: str = "",
        headers: Mapping[str, str] | None = None,
        others: Sequence[tuple[str, str, str]] = (),
    ) -> None:
        super().__init__(detail)
        self.status_code = status
        self.field = field
        self.mend = mend
        self.headers = dict(headers or {})
        self.others = list(others)


class FieldProblemSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="where it is, such as prompts.0.text; empty: the request as a whole")
    detail = serializers.CharField(help_text="what is wrong")
    mend = serializers.CharField(help_text="what to do about it")


class ProblemSerializer(serializers.Serializer[Any]):
    """A problem document, for the API's description."""

    type = serializers.CharField(default="about:blank")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = FieldProblemSerializer(many=True)  # type: ignore[assignment]  # a field of ours, not Serializer.errors


def explain(error: Exception, context: dict[str, Any]) -> Response | None:
    """The problem document for ``error``, in the reader's language; None for our own faults, which Django reports."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, RequestDataTooBig):
        error = too_big()
    elif isinstance(error, TooManyFieldsSent):
        error = exceptions.ParseError()
    if not isinstance(error, exceptions.APIException):
        return None
    return Response(document(error), status=error.status_code, headers=_headers(error), content_type=CONTENT_TYPE)


def document(error: exceptions.APIException) -> dict[str, Any]:
    errors = list(_errors(error))
    return {
        "type": "about:blank",
        "title": str(TITLES.get(error.status_code, gettext_lazy("The request failed"))),
        "status": error.status_code,
        "detail": " ".join(dict.fromkeys(one["detail"] for one in errors)),
        "errors": errors,
    }


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing is at this address of the API."""
    return JsonResponse(document(exceptions.NotFound()), status=404, content_type=CONTENT_TYPE)


def _errors(error: exceptions.APIException) -> Iterator[dict[str, str]]:
    if isinstance(error, Problem):
        for field, detail, mend in ((error.field, str(error.detail), error.mend), *error.others):
            yield {"field": field, "detail": detail, "mend": mend or str(ANYTHING)}
        return
    for path, detail in _flatten(error.detail, ()):
        code = str(getattr(detail, "code", ""))
        field = ".".join(part for part in path if part != api_settings.NON_FIELD_ERRORS_KEY)
        yield {"field": field, "detail": str(detail), "mend": str(MENDS.get(code, ANYTHING))}


def _flatten(detail: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every message with the path to its field, such as ``("prompts", "0", "text")``; a valid item says nothing."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            yield from _flatten(inner, (*path, str(key)))
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from _flatten(inner, (*path, str(place)) if nested else path)
    else:
        yield path, detail


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers: dict[str, str] = dict(getattr(error, "headers", {}))
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers


def too_big() -> Problem:
    limit = f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,}"
    return Problem(413, _("The request has more than %s bytes.") % limit, mend=str(MENDS["max_length"]))


def unknown_value(field: str, value: str, *, known: str) -> Problem:
    """A query parameter with a value that does not exist; ``known`` says which do."""
    shown = value[:60]
    return Problem(
        400, _("“%(value)s” is not a known %(field)s.") % {"value": shown, "field": field}, field=field, mend=known
    )
