"""What comes first, and why: names before facts, all words before some, real before simulated."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Channel, Listing
from catalog.search import index, ranking, results
from catalog.search.index import Index
from tests import factories

pytestmark = pytest.mark.django_db


def offer(model: str, provider: str, *, simulated: bool = False, **facts: Any) -> Channel:
    """``model`` as sold by ``provider``; each is made when it is first named."""
    from catalog.models import AIModel, Provider

    slug = model.lower().replace(" ", "-").replace(".", "-")
    made = AIModel.objects.filter(slug=slug).first() or factories.make_model(slug=slug, name=model, **facts)
    seller = provider.lower().replace(" ", "-")
    sold_by = Provider.objects.filter(slug=seller).first() or factories.make_provider(
        slug=seller, name_en=provider, name_zh=provider, is_simulated=simulated
    )
    return factories.make_channel(slug=f"{seller}-{slug}", provider=sold_by, model=made)


def first(query: str, kept: Index, count: int = 1, **wish: str) -> list[str]:
    hits = ranking.search(query, kept, **wish).hits
    return [f"{hit.kind}:{hit.slug}" for hit in hits][:count]


def test_a_whole_name_comes_before_what_only_begins_with_it_and_its_channels_before_its_kin() -> None:
    for model in ("GPT-5", "GPT-5 mini", "GPT-5.1"):
        offer(model, "OpenAI", maker="openai")
    kept = index.build()
    assert first("gpt-5", kept, 2) == ["model:gpt-5", "channel:openai-gpt-5"]
    assert first("gpt5 mini", kept) == ["model:gpt-5-mini"]
    assert first("gpt-5.1", kept) == ["model:gpt-5-1"]


def test_a_model_with_its_seller_means_that_channel() -> None:
    for seller in ("Acme", "Nadir"):
        offer("Qwen3 32B", seller, maker="alibaba")
    kept = index.build()
    assert first("nadir qwen3", kept) == ["channel:nadir-qwen3-32b"]
    assert first("qwen3 nadir", kept) == ["channel:nadir-qwen3-32b"]
    assert first("qwen3", kept) == ["model:qwen3-32b"]
    assert first("nadir", kept) == ["provider:nadir"]


@pytest.mark.parametrize("query", ["千问", "通义千问", "qwne", "Ｑｗｅｎ", "qianwen", "通意千问", "千問"])
def test_other_names_slips_and_scripts_lead_to_the_same_model(query: str) -> None:
    offer("Qwen3 32B", "Acme", maker="alibaba")
    offer("GLM-5", "Acme", maker="zhipu")
    assert first(query, index.build()) == ["model:qwen3-32b"]


def test_a_version_that_nobody_sells_does_not_lead_to_another_brands() -> None:
    offer("Claude Opus 4.8", "Acme", maker="anthropic")
    offer("Qwen3.7 Max", "Acme", maker="alibaba")
    assert first("claude 3.7", index.build()) == ["model:claude-opus-4-8"]


def test_a_fact_narrows_a_family_down() -> None:
    offer("Qwen3 Max", "Acme", maker="alibaba", open_weights=False)
    offer("Qwen3 32B", "Acme", maker="alibaba", open_weights=True)
    kept = index.build()
    assert first("通义 开源", kept) == first("open-weights qwen", kept) == ["model:qwen3-32b"]


def test_a_channel_is_cheap_by_its_own_price_not_by_its_models() -> None:
    for seller, price in (("Acme", 1), ("Nadir", 90)):
        channel = offer("Qwen3 32B", seller, maker="alibaba")
        channel.prices.update(input=price, output=price)
    assert first("便宜", index.build(), kind="channel") == ["channel:acme-qwen3-32b"]


def test_real_ones_come_before_simulated_ones_that_answer_as_well() -> None:
    offer("Cedar Large", "Aspen", simulated=True)
    offer("Mistral Large", "Nadir", maker="mistral")
    kept = index.build()
    assert first("large", kept) == ["model:mistral-large"]
    assert first("cedar large", kept) == ["model:cedar-large"]


def test_one_models_channels_do_not_crowd_out_the_rest() -> None:
    for place in range(8):
        offer("Kimi K2", f"Shop {place}", maker="moonshot")
    offer("Kimi K3", "Shop 1", maker="moonshot")
    kept = index.build()
    top = first("kimi", kept, 6)
    assert {"model:kimi-k2", "model:kimi-k3"} <= set(top)
    assert sum(each.endswith("kimi-k2") and each.startswith("channel") for each in top) <= 3
    assert len(first("kimi", kept, 99, kind="channel")) == 9


def test_what_is_not_listed_is_not_found() -> None:
    for values in ({"listing": Listing.DRAFT}, {"provider": factories.make_provider(listing=Listing.SUSPENDED)}):
        factories.make_channel(model=factories.make_model(name="Zebra"), **values)
    assert ranking.search("zebra", index.build()).hits[:] == []


def test_a_general_word_lists_its_kind_and_an_empty_query_nothing() -> None:
    offer("Kimi K2", "Acme", maker="moonshot")
    kept = index.build()
    assert first("模型", kept) == first("models", kept) == ["model:kimi-k2"]
    assert not ranking.search("", kept).hits
    assert not ranking.search("?!…", kept).hits


def test_says_how_a_mistyped_word_was_read_and_why_something_was_found() -> None:
    offer("Claude Opus 4.8", "Acme", maker="anthropic", open_weights=False, input_kinds=["text", "image"])
    kept = index.build()
    assert ranking.search("cluade opus", kept).meant == "claude opus"
    found = ranking.search("克劳德 vision", kept, kind="model")
    with translation.override("en"):
        (shown,) = results.show(found.hits, found.terms)
    assert shown.reasons == ["matches “克劳德”", "takes pictures"]


def test_what_is_marked_is_escaped() -> None:
    assert results.mark("<b>Kimi</b> & Co", ["kimi", "b"]) == "&lt;b&gt;<mark>Kimi</mark>&lt;/b&gt; &amp; Co"
    assert results.mark("İ<i>", ["i"]) == "İ&lt;i&gt;"


def test_where_nothing_answers_what_is_called_alike_is_offered() -> None:
    offer("o3", "Acme", maker="openai")
    kept = index.build()
    assert ranking.search("o1", kept).hits[:] == []
    assert [hit.document.slug for hit in ranking.near("o1", kept)] == ["o3"]
    assert ranking.near("", kept) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(query=st.text(st.characters(), max_size=300))
def test_any_query_is_answered(query: str, request: pytest.FixtureRequest) -> None:
    kept = _small_index(request)
    found = ranking.search(query, kept)
    assert sum(found.counts.values()) == len(found.hits)
    results.show(found.hits, found.terms)
    ranking.near(query, kept)


def _small_index(request: pytest.FixtureRequest) -> Index:
    if not hasattr(request.node, "kept"):
        offer("Qwen3 32B", "Acme", maker="alibaba")
        factories.make_scenario(slug="text-generation")
        request.node.kept = index.build()
    kept: Index = request.node.kept
    return kept
