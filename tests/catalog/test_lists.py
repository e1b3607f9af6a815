"""The catalogue's lists: narrowed by facets, counted, sorted, and never silently empty."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.utils import timezone

from catalog.kept import Kept
from catalog.models import Channel, Credential, FxRate, Listing, Price
from tests import factories

pytestmark = pytest.mark.django_db
LISTS = ("channels", "models", "providers")


def make_real(**overrides):
    provider = overrides.pop("provider", None) or factories.make_provider(is_simulated=False, country="CN")
    price = overrides.pop("price", None)
    channel = factories.make_channel(
        **{"provider": provider, "base_url": "https://api.example.com/v1", "price": False, **overrides}
    )
    if price is not None:
        factories.make_price(channel=channel, input=Decimal(price), output=Decimal(price))
    return channel


def make_live(channel):
    Credential.objects.create(provider=channel.provider, origin="https://api.example.com", secret="x", works=True)


def panel(client, address):
    response = client.get(f"/en/{address}")
    assert response.status_code == 200
    return response.context["panel"]


def slugs(client, query=""):
    return [row["slug"] for row in client.get(f"/en/channels/{query}").context["rows"]]


def counts(client, address, facet):
    groups = {group.facet.name: group for group in panel(client, address).groups()}
    return {choice.value: choice.left for choice in [*groups[facet].first, *groups[facet].more]}


@pytest.fixture
def three(client):
    """Three real channels that differ in everything, and a simulated one."""
    writing = factories.make_scenario(slug="writing", title_en="Writing", title_zh="写作")
    one = factories.make_model(
        slug="one", maker="oak", maker_name="Oak", context_window=200_000, input_kinds=["text", "image", "pdf"]
    )
    two = factories.make_model(slug="two", maker="elm", maker_name="Elm", context_window=8_000, reasons=True)
    three = factories.make_model(slug="three", maker="elm", maker_name="Elm", input_kinds=[], reasons=False)
    trains = factories.make_provider(
        slug="trains", is_simulated=False, country="US", trains_on_inputs=True, terms_source="https://t.example"
    )
    a = make_real(slug="a", model=one, scenario=writing, protocol="anthropic", price=3)
    make_real(slug="b", model=two, scenario=writing, provider=trains, price=30)
    make_real(slug="c", model=three, provider=factories.make_provider(slug="mute", is_simulated=False))
    factories.make_channel(slug="s", scenario=writing)
    make_live(a)


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("", ["a", "c", "b"]),
        ("?scenario=writing", ["a", "b"]),
        ("?protocol=anthropic&protocol=openai", ["a", "c", "b"]),
        ("?protocol=anthropic", ["a"]),
        ("?maker=elm", ["c", "b"]),
        ("?maker=elm&maker=oak&reasoning=yes", ["b"]),
        ("?provider=trains", ["b"]),
        ("?input=image", ["a"]),
        ("?input=unknown", ["c"]),
        ("?context=128000", ["a"]),
        ("?context=unknown", ["c"]),
        ("?price=1-5", ["a"]),
        ("?price=unknown", ["c"]),
        ("?price_min=3&price_max=29", ["a"]),
        ("?country=US", ["b"]),
        ("?country=unknown", ["c"]),
        ("?trains_on_inputs=yes", ["b"]),
        ("?trains_on_inputs=unknown", ["a", "c"]),
        ("?reasoning=no", ["c"]),
        ("?live=yes", ["a"]),
        ("?live=no", ["c", "b"]),
        ("?measured=yes", []),
        ("?model=two", ["b"]),
        ("?q=ELM", ["c", "b"]),
        ("?q=trains+two", ["b"]),
        ("?kind=simulated", ["s"]),
        ("?kind=simulated&maker=elm", []),
    ],
)
def test_channels_are_narrowed(client, three, query, left):
    assert slugs(client, query) == left


def test_a_choice_is_counted_under_the_other_facets_but_not_under_its_own(client, three):
    assert counts(client, "channels/?maker=elm", "maker") == {"elm": 2, "oak": 1}
    assert counts(client, "channels/?maker=elm", "reasoning") == {"yes": 1, "no": 1, "unknown": 0}
    assert counts(client, "channels/", "context") == {"32000": 1, "128000": 1, "200000": 1, "unknown": 1}


def test_a_choice_that_leaves_nothing_cannot_be_made_but_can_be_taken_back(client, three):
    html = client.get("/en/channels/?maker=oak&reasoning=yes").content.decode()
    assert '<input type="checkbox" name="reasoning" value="yes" checked>' in html
    assert '<input type="checkbox" name="reasoning" value="no" disabled>' in html


def test_simulated_channels_are_never_counted_among_real_ones(client, three):
    assert [count for _kind, count, _address, _current in panel(client, "channels/").kinds] == [3, 1]
    assert counts(client, "channels/", "scenario") == {"writing": 2}
    assert "badge--simulated" not in client.get("/en/channels/").content.decode()
    assert "badge--simulated" in client.get("/en/channels/?kind=simulated").content.decode()


def test_facets_that_tell_no_rows_apart_are_not_shown(client, three):
    shown = [group.facet.name for group in panel(client, "channels/?kind=simulated").groups()]
    assert shown == []
    assert "measured" not in [group.facet.name for group in panel(client, "channels/").groups()]


def test_chips_take_back_one_choice_each(client, three):
    chips = panel(client, "channels/?maker=elm&maker=oak&live=yes").chips
    assert [(chip.title, chip.label, chip.address) for chip in chips] == [
        ("Availability", "live: can be tried now", "?maker=elm&maker=oak"),
        ("Maker", "Elm", "?live=yes&maker=oak"),
        ("Maker", "Oak", "?live=yes&maker=elm"),
    ]


def test_nothing_left_names_the_filter_that_is_the_reason(client, three):
    found = panel(client, "channels/?maker=elm&protocol=anthropic&scenario=writing")
    assert [(way.names, way.left, way.address) for way in found.ways_out] == [
        (["Maker: Elm"], 1, "?scenario=writing&protocol=anthropic"),
        (["Protocol: Anthropic Messages"], 1, "?scenario=writing&maker=elm"),
    ]
    assert found.in_vain == ["Scenario: Writing"]
    html = client.get("/en/channels/?maker=elm&protocol=anthropic&scenario=writing").content.decode()
    assert "0 left" in html
    assert "Because of <strong>Maker: Elm</strong>: without it, 1 would be left." in html


def test_the_filter_whose_dropping_leaves_most_comes_first(client, three):
    ways = panel(client, "channels/?maker=elm&price_max=5&live=no").ways_out
    assert [(way.names, way.left) for way in ways] == [(["price up to ¥5"], 2)]
    ways = panel(client, "channels/?q=zzz&scenario=writing").ways_out
    assert [(way.names, way.left) for way in ways] == [(["“zzz”"], 2)]


def test_where_no_single_filter_helps_those_that_must_go_together_are_named(client, three):
    found = panel(client, "channels/?q=zzz&protocol=gemini&maker=elm")
    assert [(way.names, way.left, way.address) for way in found.ways_out] == [
        (["“zzz”", "Protocol: Gemini generateContent"], 2, "?maker=elm")
    ]
    html = client.get("/en/channels/?q=zzz&protocol=gemini&maker=elm").content.decode()
    assert "No single filter is the reason" in html
    assert 'href="?"' in html


def test_an_empty_catalogue_blames_no_filter(client):
    for name in LISTS:
        found = panel(client, f"{name}/?q=one")
        assert found.ways_out == []
    assert "No channel is listed here yet." in client.get("/en/channels/?q=one").content.decode()


@pytest.fixture
def sortable(client):
    """Channels whose order differs by every measure; "z" is unknown in all of them."""
    scenario = factories.make_scenario()
    told = {"x": (5, 100.0, 50.0, 32_000, 10), "y": (1, 300.0, 90.0, 128_000, 30), "w": (9, 200.0, 70.0, 8_000, 20)}
    for slug, (price, ttft, tps, context, day) in told.items():
        model = factories.make_model(name=slug.upper(), context_window=context, released_on=date(2026, 1, day))
        channel = make_real(slug=slug, model=model, price=price)
        for metric, value in (("ttft_ms", ttft), ("output_tps", tps)):
            factories.make_measurement(channel=channel, scenario=scenario, metric=metric, value=value)
    make_real(slug="z", model=factories.make_model(name="A"))


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("price", "yxwz"),
        ("-price", "wxyz"),
        ("speed", "xwyz"),
        ("output", "ywxz"),
        ("context", "yxwz"),
        ("newest", "ywxz"),
        ("name", "zwxy"),
        ("relevance", "zwxy"),
    ],
)
def test_channels_are_sorted_and_what_is_unknown_is_last(client, sortable, sort, order):
    assert "".join(slugs(client, f"?sort={sort}")) == order


def test_live_channels_come_first_unless_another_order_is_asked_for(client, sortable):
    make_live(Channel.objects.get(slug="y"))
    assert slugs(client)[0] == "y"


def test_prices_are_compared_in_the_sites_currency_and_unconverted_ones_are_unknown(client):
    FxRate.objects.create(base="USD", quote="CNY", rate=Decimal(7), on=date(2026, 11, 1), source="a bank")
    for slug, currency in (("usd", "USD"), ("cny", "CNY"), ("eur", "EUR")):
        channel = make_real(slug=slug)
        factories.make_price(channel=channel, currency=currency, input=Decimal(1), output=Decimal(1))
    assert slugs(client, "?sort=price") == ["cny", "usd", "eur"]
    assert slugs(client, "?price=5-20") == ["usd"]
    assert slugs(client, "?price=unknown") == ["eur"]
    rows = {row["slug"]: row for row in client.get("/en/channels/").context["rows"]}
    assert [rows[slug]["blended"] for slug in ("cny", "usd", "eur")] == ["¥1.00", "≈ ¥7.00", "–"]
    assert rows["eur"]["price"] == "€1 / €1"


def test_only_todays_price_counts(client):
    channel = make_real(slug="one")
    today = timezone.localdate()
    factories.make_price(channel=channel, input=9, output=9, starts_on=today - timedelta(9), ends_on=today)
    factories.make_price(channel=channel, input=2, output=2, starts_on=today, ends_on=today + timedelta(1))
    factories.make_price(channel=channel, input=99, output=99, starts_on=today + timedelta(1))
    assert slugs(client, "?price=1-5") == ["one"]


def test_a_list_follows_every_change_of_the_catalogue_at_once(client, three):
    assert slugs(client, "?maker=elm") == ["c", "b"]
    Channel.objects.filter(slug="c").update(listing=Listing.SUSPENDED)
    assert slugs(client, "?maker=elm") == ["b"]
    factories.make_measurement(channel=Channel.objects.get(slug="b"), scenario=factories.make_scenario())
    assert slugs(client, "?measured=yes") == ["b"]
    Price.objects.filter(channel__slug="b").update(input=0, output=0)
    assert slugs(client, "?price=free") == ["b"]


def test_a_list_costs_the_database_one_query_once_its_table_is_built(client, three, django_assert_num_queries):
    for name in LISTS:
        client.get(f"/en/{name}/")
        with django_assert_num_queries(1):
            client.get(f"/en/{name}/?q=e&sort=name")


def test_a_list_whose_table_must_be_built_costs_twelve_queries_at_most(client, three, django_assert_max_num_queries):
    for name in LISTS:
        factories.make_measurement(channel=make_real(), scenario=factories.make_scenario())
        with django_assert_max_num_queries(12):
            client.get(f"/en/{name}/")


def test_readers_who_come_at_once_wait_for_one_building():
    kept, start, built = Kept(), Barrier(8), []

    def read(_reader):
        start.wait()
        return kept.under("now", lambda: built.append(1) or len(built))

    with ThreadPoolExecutor(8) as readers:
        assert set(readers.map(read, range(8))) == {1}
    assert kept.under("later", lambda: "new") == "new"


@pytest.mark.parametrize(
    "query",
    [
        "page=1000000000",
        "page=99999999999999999999999999",
        "page=-1&sort=x&kind=y",
        "price_min=nan&price_max=-5",
        "q=%00&maker=%00&country=%00&provider=%00",
        "q=<script>alert(1)</script>&maker=<script>alert(1)</script>",
        "maker=' OR 1=1 --&q=';DROP TABLE catalog_channel;--",
        "q=" + "x" * 100_000,
        "&".join(f"maker=m{number}" for number in range(900)),
        "&".join(["maker=oak"] * 5_000),
        "%FF%FE=%FF&q=%FF&maker[]=oak&live[$ne]=1",
    ],
    ids=lambda query: query[:20],
)
def test_an_absurd_address_is_a_page(client, three, query):
    for name in LISTS:
        response = client.get(f"/zh-hans/{name}/?{query}")
        assert response.status_code == 200
        html = response.content.decode()
        assert "<script>alert" not in html
        assert len(html) < 120_000
        assert "\0" not in html


def test_what_was_left_out_is_said(client, three):
    html = client.get("/en/channels/?maker=oak&protocol=soap&live=perhaps").content.decode()
    assert "There is no such choice; it was left out." in html
    assert "<li>Protocol: <q>soap</q></li>" in html
    assert slugs(client, "?maker=oak&protocol=soap&live=perhaps") == ["a"]


def test_a_page_beyond_the_last_is_the_last_and_says_so(client, three):
    found = panel(client, "channels/?page=1000000000")
    assert (found.page, found.pages, len(found.places)) == (1, 1, 3)
    assert "There is only 1 page; this is it." in client.get("/en/channels/?page=1000000000").content.decode()


def test_pages_divide_the_list_without_repeating_or_missing_a_row(client):
    provider = factories.make_provider(is_simulated=False)
    for number in range(65):
        make_real(slug=f"c{number}", provider=provider)
    pages = [slugs(client, f"?page={page}") for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [30, 30, 5]
    assert len({slug for page in pages for slug in page}) == 65
    html = client.get("/en/channels/?page=2&q=c").content.decode()
    assert 'rel="prev" data-narrow href="?q=c"' in html
    assert 'rel="next" data-narrow href="?q=c&amp;page=3"' in html


def test_a_long_facet_shows_its_largest_values_and_folds_the_rest_away(client):
    for number in range(12):
        provider = factories.make_provider(slug=f"p{number}", is_simulated=False)
        for _ in range(1 + (number == 7)):
            make_real(provider=provider)
    groups = {group.facet.name: group for group in panel(client, "channels/").groups()}
    assert groups["provider"].first[0].value == "p7"
    assert (len(groups["provider"].first), len(groups["provider"].more)) == (8, 4)


def test_a_facet_speaks_the_readers_language(client, three):
    assert "写作" in client.get("/zh-hans/channels/").content.decode()
    assert "写作" not in client.get("/en/channels/").content.decode()


def test_names_in_facets_are_escaped(client):
    evil = '"><img src=x onerror="alert(1)">'
    for number in range(2):
        provider = factories.make_provider(
            is_simulated=False, name_en=evil, name_zh=evil, processing_region=evil * number
        )
        make_real(provider=provider, model=factories.make_model(maker=f"m{number}", maker_name=evil, name=evil))
    for name in LISTS:
        assert "<img" not in client.get(f"/en/{name}/").content.decode()


def test_a_model_says_how_far_its_offers_lie_apart(client):
    model, alone = factories.make_model(slug="model"), factories.make_model(slug="alone")
    for price in (2, 7, None):
        make_real(model=model, price=price)
    make_real(model=alone)
    factories.make_channel(model=model)
    rows = {row["name"]: row for row in client.get("/en/models/").context["rows"]}
    told = ("offers", "cheapest", "dearest", "spread", "is_apart")
    assert [rows["model"][key] for key in told] == [3, "¥2.00", "¥7.00", "3.5×", True]
    assert [rows["alone"][key] for key in told] == [1, "–", "–", "–", False]
    (simulated,) = client.get("/en/models/?kind=simulated").context["rows"]
    assert simulated["offers"] == 1


def test_a_model_that_is_free_somewhere_has_no_times_as_dear(client):
    model = factories.make_model()
    for price in (0, 7):
        make_real(model=model, price=price)
    (row,) = client.get("/en/models/").context["rows"]
    assert (row["cheapest"], row["dearest"], row["spread"]) == ("¥0", "¥7.00", "–")


def test_models_are_narrowed_and_sorted(client, three):
    def names(query):
        return [row["name"] for row in client.get(f"/en/models/{query}").context["rows"]]

    assert names("?maker=elm&sort=name") == ["three", "two"]
    assert names("?input=pdf") == ["one"]
    assert names("?context=32000&reasoning=unknown") == ["one"]
    assert names("?sort=price") == ["one", "two", "three"]
    assert names("?sort=-price") == ["two", "one", "three"]
    assert names("?q=oak") == ["one"]


def test_providers_are_narrowed_by_what_their_terms_say(client):
    terms = {"is_simulated": False, "terms_source": "https://t.example"}
    factories.make_provider(slug="keeps", retention_days=30, trains_on_inputs=False, country="FR", **terms)
    factories.make_provider(slug="forgets", retention_days=0, allows_trials=False, **terms)
    make_live(make_real(provider=factories.make_provider(slug="mute", is_simulated=False)))

    def names(query):
        return [row["name"] for row in client.get(f"/en/providers/{query}").context["rows"]]

    assert names("") == ["Mute", "Forgets", "Keeps"]
    assert names("?retention=30") == ["Keeps"]
    assert names("?retention=0&retention=unknown&sort=name") == ["Forgets", "Mute"]
    assert names("?allows_trials=unknown&sort=name") == ["Keeps", "Mute"]
    assert names("?trains_on_inputs=no") == ["Keeps"]
    assert names("?country=FR") == ["Keeps"]
    assert names("?live=yes") == ["Mute"]
