"""Nobody has us call addresses without end."""

from __future__ import annotations

import pytest
from django.urls import reverse

from catalog.models import Api
from catalog.refusals import Refused
from marketplace.portal.adding import actions, looking
from marketplace.portal.adding.looking import look
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(provider, owner, upstream):
    return actions.add_api(provider, by=owner, base_url=f"{upstream.origin}/openai/v1").api


def test_every_way_to_have_an_address_called_counts(api, provider, owner, upstream, settings):
    settings.LOOKS_PER_DAY = 1  # the one that the address took
    asked = len(upstream.calls)
    for act in (
        lambda: actions.add_api(provider, by=owner, base_url=f"{upstream.origin}/anthropic/v1"),
        lambda: actions.change_address(api, seen=api.version, by=owner, base_url=f"{upstream.origin}/anthropic/v1"),
        lambda: actions.enter_key(api, by=owner, key="not-a-real-key"),
        lambda: actions.look_up_models(api, by=owner),
    ):
        with pytest.raises(Refused, match="limit"):
            act()
    assert len(upstream.calls) == asked
    assert Api.objects.count() == 1


def test_the_pages_say_that_it_was_enough(api, provider, signed_in, settings):
    settings.LOOKS_PER_DAY = 1
    Api.objects.update(models_seen_at=None)
    page = signed_in.get(reverse("portal:api_models", args=[provider.slug, api.pk]))
    assert "which is the limit" in page.content.decode()
    page = signed_in.post(reverse("portal:api_key", args=[provider.slug, api.pk]), {"key": "not-a-real-key"})
    assert "which is the limit" in page.content.decode()


def test_each_person_has_their_own_count_and_nobody_all_our_threads(provider, owner, settings):
    settings.LOOKS_PER_DAY = looking.AT_ONCE
    with look(provider, owner), look(provider, owner):
        with pytest.raises(Refused, match="being looked at"), look(provider, owner):
            pytest.fail("a third look at once")
        with look(provider, make_user()), look(provider, None):
            pass
    assert not looking._open
