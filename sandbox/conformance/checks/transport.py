"""Is anybody there, safely, and only for those who hold the key?"""

from __future__ import annotations

import secrets

from sandbox.conformance import questions
from sandbox.conformance.bench import Desk
from sandbox.conformance.speech import Ask
from sandbox.conformance.verdicts import Verdict, failed, inapplicable, passed, warned
from sandbox.wire import errors
from sandbox.wire.client import names
from sandbox.wire.types import Kind, WireError

NO_LIST = (401, 403, 404, 405, 501)
NOT_WELCOME = (Kind.UNAUTHORISED, Kind.REFUSED)


async def address(desk: Desk) -> Verdict:
    """Whether the address may be called and somebody speaks HTTP there."""
    made = await desk.models()
    detail = desk.bench.clean(made.error.detail) if made.error else ""
    if made.kind is Kind.BLOCKED_ADDRESS:
        return failed("blocked", detail=detail)
    if made.kind is Kind.CONNECT:
        return failed("no_connection", detail=detail)
    if made.status is not None and 300 <= made.status < 400:
        return failed("redirects", status=made.status)
    if made.status is None and made.kind in (Kind.MALFORMED, Kind.TOO_LARGE):
        return failed("not_http", detail=detail)
    return passed()


async def tls(desk: Desk) -> Verdict:
    """Whether the certificate is valid for this name."""
    if not desk.endpoint.base_url.lower().startswith("https://"):
        return inapplicable("local")
    made = await desk.models()
    if made.kind is Kind.TLS:
        return failed("bad", detail=desk.bench.clean(made.error.detail if made.error else ""))
    return inapplicable("unreachable") if made.kind in (Kind.CONNECT, Kind.BLOCKED_ADDRESS) else passed()


async def auth_missing(desk: Desk) -> Verdict:
    """Whether a request without a key is refused."""
    if not desk.endpoint.key:
        return inapplicable("no_key")
    return await refusal(desk, "")


async def auth_wrong(desk: Desk) -> Verdict:
    """Whether a request with a wrong key is refused."""
    if not desk.endpoint.key:
        return inapplicable("no_key")
    return await refusal(desk, f"wrong-{secrets.token_hex(12)}")


async def refusal(desk: Desk, key: str) -> Verdict:
    reply = await desk.ask(Ask(questions.ECHO.format(text=questions.PLAIN), max_tokens=20), key=key)
    made = reply.exchange
    if made.status is None:
        return warned("no_reply", kind=made.kind or "")
    if reply.said.has_words:
        return failed("answered")
    if key and key.encode() in made.body:
        return failed("repeats_the_key", status=made.status)
    kind = errors.read_error(made.status, made.headers, made.body).kind
    if made.status in (401, 403) or (400 <= made.status < 500 and kind in NOT_WELCOME):
        return passed("refused", status=made.status)
    return warned("odd_refusal", status=made.status)


async def models_list(desk: Desk) -> Verdict:
    """Whether the models can be listed, and this one is among them."""
    made = await desk.models()
    if made.status is None:
        return warned("no_reply", kind=made.kind or "")
    if made.status in NO_LIST:
        return warned("none", status=made.status)
    if made.status != 200:
        return failed("server_error" if made.status >= 500 else "refused", status=made.status, says="")
    try:
        listed = names(made.body)
    except WireError:
        return failed("unreadable")
    wanted = desk.endpoint.model.removeprefix("models/")
    if not listed:
        return warned("empty")
    return passed("listed", count=len(listed)) if wanted in listed else warned("not_listed", count=len(listed))
