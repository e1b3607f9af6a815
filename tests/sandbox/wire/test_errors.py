"""What stands in place of a stream becomes one kind of error, with words where there are honest ones."""

from __future__ import annotations

import json

import pytest

from sandbox.wire.errors import RETRY_PAUSE_MS, read_error
from sandbox.wire.types import Kind


def error(status: int, body=None, **headers: str):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_error(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, Kind.MALFORMED),
        (204, Kind.MALFORMED),
        (101, Kind.MALFORMED),
        (302, Kind.BLOCKED_ADDRESS),
        (308, Kind.BLOCKED_ADDRESS),
        (400, Kind.INVALID),
        (401, Kind.UNAUTHORISED),
        (402, Kind.REFUSED),
        (403, Kind.REFUSED),
        (404, Kind.NOT_FOUND),
        (408, Kind.TIMEOUT),
        (410, Kind.NOT_FOUND),
        (413, Kind.TOO_LONG),
        (418, Kind.INVALID),
        (422, Kind.INVALID),
        (429, Kind.RATE_LIMITED),
        (451, Kind.REFUSED),
        (500, Kind.OVERLOADED),
        (529, Kind.OVERLOADED),
    ],
)
def test_reads_the_status(status, kind):
    assert error(status).kind == kind
    assert error(status).status == status


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (400, {"error": {"message": "maximum context length is 8192 tokens"}}, Kind.TOO_LONG),
        (400, {"error": {"code": "data_inspection_failed", "message": "x"}}, Kind.CONTENT_FILTERED),
        (429, {"error": {"code": "insufficient_quota", "message": "x"}}, Kind.REFUSED),
        (400, [{"error": {"status": "INVALID_ARGUMENT", "message": "API key not valid."}}], Kind.UNAUTHORISED),
        (403, {"error": {"type": "permission_error", "message": "x"}}, Kind.REFUSED),
        (403, {"error": {"type": "api_error", "message": "not for this key"}}, Kind.REFUSED),
        (400, {"code": "model_not_found", "error": "x"}, Kind.NOT_FOUND),
        (200, {"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}, Kind.REFUSED),
        (500, {"error": {"message": "billing is down"}}, Kind.OVERLOADED),
        (401, {"error": {"message": "see billing"}}, Kind.UNAUTHORISED),
        (400, {"errors": [{"message": "余额不足"}]}, Kind.REFUSED),
        (400, {"errors": []}, Kind.INVALID),
        (400, {"error": 7}, Kind.INVALID),
        (400, [], Kind.INVALID),
        (400, "billing", Kind.INVALID),
    ],
)
def test_lets_the_words_say_more_than_the_status(status, said, kind):
    assert error(status, said).kind == kind


def test_keeps_the_providers_own_words():
    assert error(400, {"error": {"message": "no field x"}}).detail.endswith("It says: no field x")


@pytest.mark.parametrize("body", [b"<html>secret</html>", b"plain words", b"\xff", b"[" * 100_000])
def test_shows_nothing_that_is_not_a_json_error(body):
    detail = error(502, body).detail
    assert detail == "The provider failed (502 Bad Gateway). (status 502)"


def test_names_a_status_without_a_name():
    assert "(599)" in error(599).detail


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (429, {"retry_after": "2"}, 2_000),
        (429, {"retry_after": " 0.5 "}, 500),
        (429, {"retry_after_ms": "70", "retry_after": "2"}, 70),
        (429, {"retry_after": "Tue, 03 Nov 2026 10:00:07 GMT", "date": "Tue, 03 Nov 2026 10:00:00 GMT"}, 7_000),
        (429, {"retry_after": "Tue, 03 Nov 2026 09:00:00 GMT", "date": "Tue, 03 Nov 2026 10:00:00 GMT"}, 0),
        (429, {"retry_after": "Tue, 03 Nov 2026 09:00:00 GMT"}, None),
        (429, {"retry_after": "Tue, 03 Nov 2026 09:00:00", "date": "Tue, 03 Nov 2026 10:00:00 GMT"}, None),
        (429, {"retry_after": "soon"}, None),
        (429, {"retry_after": "-1"}, None),
        (429, {"retry_after": "nan"}, None),
        (429, {"retry_after": "inf"}, None),
        (429, {}, None),
        (500, {}, RETRY_PAUSE_MS),
        (500, {"retry_after": "1"}, 1_000),
        (503, {}, None),
        (503, {"retry_after": "1"}, 1_000),
        (401, {"retry_after": "1"}, None),
        (400, {"retry_after": "1"}, None),
    ],
)
def test_knows_when_it_may_be_tried_again(status, headers, wait):
    assert error(status, **headers).retry_after_ms == wait


def test_never_tries_again_after_a_2xx():
    assert error(200, {"error": {"code": "rate_limit"}}, retry_after="1").retry_after_ms is None
