"""Asks the API by its own description: whatever is sent, no operation may fail, nor answer what it does not describe.

Requests are made up by Schemathesis, right and wrong ones, the same at every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [checks.not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@contextmanager
def description() -> Iterator[Any]:
    """The API by its own description, in this process; the test's transaction outlives each request."""
    found = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
    found.app = get_wsgi_application()
    watching = (signals.request_started, signals.request_finished)
    for signal in watching:
        signal.disconnect(close_old_connections)
    yield found
    for signal in watching:
        signal.connect(close_old_connections)


def faults(described, headers, known, wanted, *, examples):
    """What was wrong with each operation of ``wanted``, asked so often rightly and so often wrongly.

    ``known`` are values that exist, for half of the requests.
    """
    found = []
    for result in described.get_all_operations():
        operation = result.ok()
        if wanted(operation):
            for mode in MODES:
                try:
                    ask(operation, mode, headers, known, examples)
                except Unsatisfiable:  # such as nothing to be sent wrongly
                    pass
                except BaseExceptionGroup as several:
                    found += [f"{operation.label}: {one}" for one in several.exceptions]
                except Exception as one:
                    found.append(f"{operation.label}: {type(one).__name__}: {one}")
    return found


def ask(operation, mode, headers, known, examples):
    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
    def send(case, real):
        if real:
            make_real(case, known)
        with transaction.atomic():
            response = case.call(headers=headers)
            transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS)

    send()


def make_real(case, known):
    """Let the request be about something that exists, and a change on the version that it has."""
    there = {name: value for name, value in known.items() if name in case.path_parameters}
    case.path_parameters = {**case.path_parameters, **there}
    if isinstance(case.body, dict) and "version" in case.body:
        case.body = {**case.body, "version": 1}
