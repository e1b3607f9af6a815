"""The bare addresses lead on: people home in their language, programs to everything else."""

import pytest
from django.test import Client


@pytest.mark.parametrize(("accepts", "home"), [("zh-CN,en;q=0.5", "/zh-hans/"), ("en", "/en/"), ("fr", "/en/")])
def test_a_visitor_is_sent_home_in_a_language_they_read(accepts, home):
    assert Client().get("/", headers={"accept-language": accepts})["Location"] == home


@pytest.mark.django_db
def test_the_api_says_where_everything_is():
    addresses = Client().get("/api/v1/").json()
    assert addresses["channels"] == "http://testserver/api/v1/channels/"
    for name, address in addresses.items():
        told = {"trials": 405, "account": 401, "portal": 401}.get(name, 200)
        assert Client().get(address).status_code == told, name
