"""From what a provider answers instead of an answer to one ``WireError``, with a sentence a person can act on."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec

from sandbox.wire.types import Kind, WireError

# A second try follows after this pause where the upstream did not say when.
RETRY_PAUSE_MS = 250.0


class Case(NamedTuple):
    kind: Kind
    sentence: str


STATUSES: Mapping[int, Case] = {
    400: Case(Kind.INVALID, "The provider did not understand the request."),
    401: Case(Kind.UNAUTHORISED, "The provider did not accept the key."),
    402: Case(Kind.REFUSED, "The account at the provider has no credit left."),
    403: Case(Kind.REFUSED, "The provider does not serve this account or request."),
    404: Case(Kind.NOT_FOUND, "The provider knows no such model or path."),
    405: Case(Kind.NOT_FOUND, "The provider serves something else at this path."),
    408: Case(Kind.TIMEOUT, "The provider gave up waiting."),
    410: Case(Kind.NOT_FOUND, "The provider no longer serves this model or path."),
    413: Case(Kind.TOO_LONG, "The prompt is too long for this provider."),
    429: Case(Kind.RATE_LIMITED, "The provider's rate limit is reached."),
    451: Case(Kind.REFUSED, "The provider may not serve this request where we are."),
}
BROKEN_OFF = Case(Kind.MALFORMED, "The provider broke the answer off with an error.")
NO_STREAM = Case(Kind.MALFORMED, "The provider answered with something that is not a stream.")
# Words in an error's code or message, separated by "|"; the first that fits counts. These say more than a status:
HINTS: tuple[tuple[str, Case], ...] = (
    (
        "context_length|context length|context window|maximum context|too many tokens|prompt is too long"
        "|input is too long|string_above_max_length|exceeds the maximum number of tokens",
        Case(Kind.TOO_LONG, "The prompt is too long for this model."),
    ),
    (
        "content_filter|contentfilter|content_policy|content management policy|data_inspection_failed"
        "|sensitive content|敏感|不安全内容",
        Case(Kind.CONTENT_FILTERED, "The provider's content filter withheld the answer."),
    ),
    (
        "insufficient_quota|insufficient balance|insufficient_balance|credit balance|billing|arrearage|余额不足|欠费",
        STATUSES[402],
    ),
    ("model_not_found|unknown model|模型不存在", STATUSES[404]),
    ("invalid_api_key|invalid api key|incorrect api key|api key not valid|api_key_invalid", STATUSES[401]),
)
# And these stand in for one, in a stream that has begun or a failure that calls itself 200.
CODES: tuple[tuple[str, Case], ...] = (
    ("authentication_error", STATUSES[401]),
    ("permission_error|permission_denied", STATUSES[403]),
    ("not_found_error", STATUSES[404]),
    ("rate_limit|rate limit|too many requests|resource_exhausted", STATUSES[429]),
    (
        "overloaded|unavailable|server_error|api_error|internal error|network_error|insufficient_system_resource",
        Case(Kind.OVERLOADED, "The provider is overloaded."),
    ),
    ("invalid_request|invalid_argument", STATUSES[400]),
)


def read_error(status: int, headers: Mapping[str, str], body: bytes) -> WireError:
    """The error behind a response that is no stream.

    ``headers`` have lower-case names. The upstream's own words are in ``detail``, unredacted and uncut: whoever calls
    must redact them before they are shown.
    """
    if 300 <= status < 400:
        return WireError(
            Kind.BLOCKED_ADDRESS,
            "The provider redirects to another address; redirects are not followed.",
            status=status,
        )
    said = words_of(body)
    case = case_of(status, said)
    detail = f"{case.sentence} It says: {said.message}" if said.message else f"{case.sentence} (status {status})"
    return WireError(case.kind, detail, status=status, retry_after_ms=pause_before_retry(status, headers, case.kind))


def in_stream(error: Any) -> WireError:
    """The error that a stream carries in place of a piece. What has begun is not tried again."""
    said = words_in({"error": error})
    case = hinted(said, HINTS + CODES) or by_number(said) or BROKEN_OFF
    return WireError(case.kind, f"{case.sentence} It says: {said.message}" if said.message else case.sentence)


class Words(NamedTuple):
    """What an error says: for people, and for machines."""

    message: str
    code: str


def words_of(body: bytes) -> Words:
    """The words of a JSON error; nothing of a page of HTML or of anything else."""
    try:
        return words_in(msgspec.json.decode(body))
    except (ValueError, RecursionError):
        return Words("", "")


def words_in(value: Any) -> Words:
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, dict):
        return Words("", "")
    inner = value.get("error") or value.get("errors") or value.get("base_resp") or value
    if isinstance(inner, list):
        inner = inner[0] if inner else None
    if isinstance(inner, str):
        return Words(inner, str(value.get("code") or ""))
    if not isinstance(inner, dict):
        return Words("", "")
    messages = (inner.get(name) for name in ("message", "msg", "error_msg", "status_msg", "detail", "errmsg"))
    message = next((message for message in messages if isinstance(message, str) and message), "")
    codes = (inner.get(name) for name in ("code", "type", "status", "status_code"))
    return Words(message, " ".join(str(code) for code in codes if code))


def case_of(status: int, said: Words) -> Case:
    if status >= 500:
        # What a 5xx says about quotas or models is about the provider's inside.
        return Case(Kind.OVERLOADED, f"The provider failed ({phrase(status)}).")
    if status < 300:
        return hinted(said, HINTS + CODES) or NO_STREAM
    plain = STATUSES.get(status, STATUSES[400])
    return plain if status in (401, 402, 404) else hinted(said, HINTS) or plain


def by_number(said: Words) -> Case | None:
    """What a status says that stands in an error's words, where no response can carry it any more."""
    number = next((int(word) for word in said.code.split() if word.isascii() and word.isdigit() and len(word) == 3), 0)
    return case_of(number, said) if 500 <= number < 600 or number in STATUSES else None


def hinted(said: Words, hints: tuple[tuple[str, Case], ...]) -> Case | None:
    text = f"{said.code} {said.message}".lower()
    return next((case for words, case in hints if any(word in text for word in words.split("|"))), None)


def phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def pause_before_retry(status: int, headers: Mapping[str, str], kind: Kind) -> float | None:
    """When to try once more, in milliseconds; None is never.

    429 and 503 say so by Retry-After or not at all: asking an overloaded service again at once only adds to its load.
    A plain 500 is a hiccup until it happens twice.
    """
    if status < 400 or kind not in (Kind.RATE_LIMITED, Kind.OVERLOADED):
        return None
    asked = retry_after_ms(headers)
    if asked is None and status == 500:
        return RETRY_PAUSE_MS
    return asked


def retry_after_ms(headers: Mapping[str, str]) -> float | None:
    """``retry-after-ms``, or ``retry-after`` in seconds or as a date; None where absent or unreadable."""
    for name, factor in (("retry-after-ms", 1.0), ("retry-after", 1000.0)):
        value = headers.get(name, "").strip()
        try:
            wait = float(value) * factor
        except ValueError:
            continue
        return wait if 0 <= wait < float("inf") else None
    return until(headers.get("retry-after", ""), headers.get("date", ""))


def until(moment: str, now: str) -> float | None:
    """Milliseconds between two HTTP dates, both by the provider's own clock."""
    try:
        wait = (parsedate_to_datetime(moment) - parsedate_to_datetime(now)).total_seconds()
    except (ValueError, TypeError):
        return None
    return max(0.0, wait * 1000)
