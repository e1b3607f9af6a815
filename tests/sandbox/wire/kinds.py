"""From what an upstream may do wrong to the kind of error that a call then ends in."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.wire.types import Kind

KINDS: Mapping[str, Kind] = {
    "connect_refused": Kind.CONNECT,
    "connect_timeout": Kind.CONNECT,
    "tls_timeout": Kind.TLS,
    "tls_error": Kind.TLS,
    "headers_timeout": Kind.TIMEOUT,
    "first_token_timeout": Kind.TIMEOUT,
    "stall_timeout": Kind.TIMEOUT,
    "total_timeout": Kind.TIMEOUT,
    "rate_limited": Kind.RATE_LIMITED,
    "upstream_5xx": Kind.OVERLOADED,
    "provider_unfunded": Kind.REFUSED,
    "unauthorised": Kind.UNAUTHORISED,
    "not_found": Kind.NOT_FOUND,
    "bad_request": Kind.INVALID,
    "too_long": Kind.TOO_LONG,
    "content_filtered": Kind.CONTENT_FILTERED,
    "bad_content_type": Kind.MALFORMED,
    "malformed_stream": Kind.MALFORMED,
    "malformed_http": Kind.MALFORMED,
    "unsupported_output": Kind.MALFORMED,
    "empty_answer": Kind.MALFORMED,
    "truncated": Kind.CUT_OFF,
    "too_large": Kind.TOO_LARGE,
    "too_many_interim": Kind.TOO_LARGE,
    "redirect_refused": Kind.BLOCKED_ADDRESS,
    "blocked_address": Kind.BLOCKED_ADDRESS,
    "cancelled": Kind.CANCELLED,
}
