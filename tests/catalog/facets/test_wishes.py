"""An address is understood as far as it makes sense; the rest is said, left out and not repeated."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import QueryDict
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.facets import tables, wishes
from catalog.facets.choices import Named
from catalog.facets.facts import ChannelFacts, Facts, Measured, ModelFacts, ProviderFacts


@pytest.fixture(scope="module")
def listed():
    model = ModelFacts(
        1, "one", "One", "labs", "Labs", "", date(2026, 1, 1), 128_000, ["text"], True, None, None, False
    )
    provider = ProviderFacts(1, "acme", "顶点", "Acme", False, False, "FR", "", None, None, None, None)
    found = Facts(
        channels=[ChannelFacts(1, "acme-one", 1, 1, "openai", "one", True)],
        models={1: model},
        providers={1: provider},
        scenarios={"writing": Named("写作", "Writing")},
        scenarios_of={1: ["writing"]},
        tariffs={},
        fx={},
        prices={},
    )
    return tables.with_measured_channels(tables.channels(found), Measured(frozenset(), {}, {}))


def read(listed, query):
    return wishes.read(QueryDict(query), listed)


def test_values_of_a_facet_are_collected_and_read_as_the_table_has_them(listed):
    wish = read(
        listed, "maker=labs&live=true&live=NO&country=fr&tools=1&context=128000&input=text&input=text&q= One  two "
    )
    assert wish.chosen == {
        "live": ("yes", "no"),
        "input": ("text",),
        "context": ("128000",),
        "maker": ("labs",),
        "country": ("FR",),
        "tools": ("yes",),
    }
    assert wish.words == "One two"
    assert not wish.left_out


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("protocol=soap", "protocol"),
        ("maker=' OR 1=1 --", "maker"),
        ("maker=<script>alert(1)</script>", "maker"),
        ("provider=%00", "provider"),
        ("q=%00", "q"),
        ("q=" + "x" * 201, "q"),
        ("kind=both", "kind"),
        ("sort=slug", "sort"),
        ("sort=luck", "sort"),
        ("page=-1", "page"),
        ("page=0", "page"),
        ("page=²", "page"),
        ("price_min=nan", "price_min"),
        ("price_min=-1", "price_min"),
        ("price_max=inf", "price_max"),
        ("price_max=1e400", "price_max"),
        ("price_max=1_000", "price_max"),
        ("price_max=٣", "price_max"),
        ("country=FRANCE", "country"),
        ("live=unknown", "live"),
    ],
)
def test_a_value_that_makes_no_sense_is_left_out_and_named(listed, query, name):
    wish = read(listed, query)
    assert [one.name for one in wish.left_out] == [name]
    assert not wish.filters
    assert (wish.kind, wish.sort, wish.page) == ("real", "relevance", 1)


def test_parameters_of_others_are_nobodys_fault(listed):
    wish = read(listed, "utm_source=news&page_size=5")
    assert not wish.left_out
    assert wish.query() == "?"


def test_links_repeat_what_was_understood_and_nothing_else(listed):
    wish = read(listed, "maker=labs&maker=<b>&live=yes&price_max=2.50&sort=price&page=7&q=one&evil=1")
    assert wish.query() == "?q=one&live=yes&maker=labs&price_max=2.5&sort=price"
    assert wish.query(page="3").endswith("&page=3")
    assert wish.query(without=["maker", "q"]) == "?live=yes&price_max=2.5&sort=price"
    assert wish.query(value=("maker", "labs"), sort="name") == "?q=one&live=yes&price_max=2.5&sort=name"


@pytest.mark.parametrize("count", [5_000, 100_000])
def test_too_many_parameters_are_cut_off_and_said(listed, count):
    request = RequestFactory().get("/en/channels/", QUERY_STRING="live=yes&" + "&".join(["maker=x"] * count))
    wish = wishes.read_address(request, listed)
    assert wish.chosen == {"live": ("yes",)}
    assert wish.left_out[-1].name == ""
    assert request.GET.urlencode() == "live=yes"


# A busy machine is no fault of the code.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
NAMES = st.sampled_from(("q", "maker", "context", "country", "live", "price", "price_min", "kind", "sort", "page", "x"))


@UNHURRIED
@given(pairs=st.lists(st.tuples(NAMES, st.text(max_size=12)), max_size=12))
def test_whatever_is_asked_is_read_and_its_own_link_is_read_the_same(listed, pairs):
    asked = QueryDict(mutable=True)
    for name, value in pairs:
        asked.appendlist(name, value)
    wish = wishes.read(asked, listed)
    selection = wishes.select(wish, listed)
    assert 0 <= selection.count <= selection.total
    again = read(listed, wish.query(page=str(wish.page)).removeprefix("?"))
    assert not again.left_out
    assert again == wishes.Wish(wish.kind, wish.words, wish.chosen, again.bounds, wish.sort, wish.page)
    assert again.bounds == pytest.approx(wish.bounds, abs=1e-6)
