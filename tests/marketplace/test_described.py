"""``/api/schema/`` is true: whatever is sent, no operation fails, nor answers what its description does not say."""

from __future__ import annotations

import pytest
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

from tests.factories import make_channel, make_key, make_prompt_set, make_scenario, make_trial, make_user

CHECKS = [checks.not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 12
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
BOUNDED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def described():
    """The API by its own description, in this process; the test's transaction outlives each request."""
    found = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
    found.app = get_wsgi_application()
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    yield found
    signals.request_started.connect(close_old_connections)
    signals.request_finished.connect(close_old_connections)


def faults(described, headers, known, wanted):
    """What was wrong with each operation of ``wanted``; ``known`` are values that exist, for half of the requests."""
    found = []
    for result in described.get_all_operations():
        operation = result.ok()
        if wanted(operation):
            for mode in MODES:
                try:
                    ask(operation, mode, headers, known)
                except Unsatisfiable:  # such as nothing to be sent wrongly
                    pass
                except BaseExceptionGroup as several:
                    found += [f"{operation.label}: {one}" for one in several.exceptions]
                except Exception as one:
                    found.append(f"{operation.label}: {type(one).__name__}: {one}")
    return found


def ask(operation, mode, headers, known):
    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
    def send(case, real):
        if real:
            case.path_parameters = {
                **case.path_parameters,
                **{k: v for k, v in known.items() if k in case.path_parameters},
            }
        with transaction.atomic():
            response = case.call(headers=headers)
            transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS)

    send()


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["guest", "key"])
def test_what_is_for_everybody_answers_as_described(described, redis_url, who):
    user = make_user()
    scenario = make_scenario(slug="a-scenario")
    prompt_set = make_prompt_set(scenario=scenario)
    channel = make_channel(scenario=scenario)
    trial = make_trial(owner=user, scenario=scenario, prompt_set=prompt_set, channels=[channel])
    headers = {"Authorization": f"Bearer {make_key(user=user)[1]}"} if who == "key" else {}
    known = {"code": trial.code, "slug": channel.slug}
    found = faults(described, headers, known, lambda operation: "/portal/" not in operation.path)
    assert not found, "\n\n".join(found)
