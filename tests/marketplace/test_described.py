"""``/api/schema/`` is true of what is for everybody; the portal's part is tried in its own room."""

from __future__ import annotations

import pytest

from tests.described import description, faults
from tests.factories import make_channel, make_key, make_prompt_set, make_scenario, make_trial, make_user


@pytest.mark.django_db
@pytest.mark.parametrize(("who", "examples"), [("guest", 3), ("key", 8)])
def test_what_is_for_everybody_answers_as_described(redis_url, who, examples):
    user = make_user()
    scenario = make_scenario(slug="a-scenario")
    prompt_set = make_prompt_set(scenario=scenario)
    channel = make_channel(scenario=scenario)
    trial = make_trial(owner=user, scenario=scenario, prompt_set=prompt_set, channels=[channel])
    headers = {"Authorization": f"Bearer {make_key(user=user)[1]}"} if who == "key" else {}
    known = {"code": trial.code, "slug": channel.slug}
    with description() as described:
        found = faults(described, headers, known, lambda operation: "/portal/" not in operation.path, examples=examples)
    assert not found, "\n\n".join(found)
