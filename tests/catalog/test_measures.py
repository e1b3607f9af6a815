"""How figures are written: unknown is a dash, and nothing is rounded away that matters."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from catalog.templatetags import measures


@pytest.mark.parametrize("write", [measures.score, measures.tokens, measures.ms, measures.percent])
@pytest.mark.parametrize("unknown", [None, ""])
def test_unknown_is_a_dash(write, unknown):
    assert write(unknown) == "–"


def test_unknown_money_is_a_dash():
    assert measures.price(None, "USD") == measures.price("", "USD") == measures.money("", "USD") == "–"


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [("0.435", "USD", "$0.435"), ("15.000000", "CNY", "¥15"), ("0", "EUR", "€0"), ("100", "GBP", "GBP 100")],
)
def test_a_price_is_written_as_its_list_has_it(amount, currency, written):
    assert measures.price(Decimal(amount), currency) == written


@pytest.mark.parametrize(
    ("count", "written"),
    [
        (128_000, "128K"),
        (131_072, "128K"),
        (1_000_000, "1M"),
        (1_048_576, "1M"),
        (200_001, "200K"),
        (8_191, "8,191"),
        (1_050_000, "1.05M"),
        (1_047_576, "1.05M"),
    ],
)
def test_a_size_is_written_as_people_say_it(count, written):
    assert measures.tokens(count) == written


def test_the_seeds_own_words_on_a_source_are_in_the_readers_language_and_others_as_written():
    with translation.override("zh-hans"):
        assert measures.source("simulated") == "模拟"
        assert measures.source("<b> at https://a.example/") == (
            '&lt;b&gt; at <a href="https://a.example/" rel="nofollow">https://a.example/</a>'
        )


def test_what_a_model_reads_is_a_list_in_words():
    assert measures.kinds(["text", "image", "pdf", "smell"]) == "text, images, PDF, smell"


@pytest.mark.parametrize(("value", "written"), [(212.4, "212 ms"), (9_999, "9,999 ms"), (12_340, "12.3 s")])
def test_a_duration_has_its_unit(value, written):
    assert measures.ms(value) == written


@pytest.mark.parametrize(
    ("share", "written"), [(1, "100 %"), (0.999, "99 %"), (0.001, "1 %"), (0, "0 %"), (0.5, "50 %")]
)
def test_almost_all_is_not_all(share, written):
    assert measures.percent(share) == written


@pytest.mark.parametrize("language", ["en", "zh-hans", "de"])
def test_a_streak_is_drawn_the_same_in_every_language(language):
    with translation.override(language):
        html = Template("{% load measures %}{% streak 8.4 7.9 8.8 lead=True sure=0.5 %}").render(Context())
    assert 'width="84.00%"' in html
    assert 'x1="79.00%"' in html
    assert 'x2="88.00%"' in html
    assert "streak--lead" in html
    assert 'fill-opacity="0.73"' in html


def test_a_streak_without_an_interval_has_no_whiskers():
    html = Template("{% load measures %}{% streak 12.5 %}").render(Context())
    assert "streak__whisker" not in html
    assert 'width="100.00%" height="10"' in html


@pytest.mark.parametrize(
    ("days", "written", "stale"),
    [(0, "checked today", False), (1, "checked 1 day ago", False), (148, "checked 148 days ago", True)],
)
def test_an_age_is_told_in_days_and_flagged_when_it_is_long(days, written, stale):
    said = measures.age(timezone.localdate() - timedelta(days=days))
    assert written in said
    assert ("stale" in said) == stale


def test_no_day_has_no_age():
    assert measures.age(None) == ""


@pytest.mark.parametrize(
    ("count", "written"), [(None, "–"), ("235.00", "235 B"), ("0.60", "0.6 B"), ("1000.00", "1 T"), ("1500", "1.5 T")]
)
def test_a_models_size_is_written_in_billions_or_trillions(count, written):
    assert measures.billions(count and Decimal(count)) == written


@pytest.mark.parametrize(("ratio", "written"), [(None, "–"), ("3.42", "3.4×"), ("120.4", "120×")])
def test_a_ratio_is_written_as_a_multiple(ratio, written):
    assert measures.times(ratio and Decimal(ratio)) == written


def test_yes_and_no_are_known_and_the_rest_is_unknown():
    with translation.override("en"):
        assert (measures.yes_no(True), measures.yes_no(False)) == ("yes", "no")
        assert "unknown" in measures.yes_no(None)
        assert "unknown" in measures.yes_no("")
