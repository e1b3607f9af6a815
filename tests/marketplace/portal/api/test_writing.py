"""What a program does for a provider: from registering it to putting its channels before the operators."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.db import connection
from django.utils import timezone

from catalog.models import AuditEntry, Channel, Credential, Provider
from marketplace.billing import quotas
from sandbox import detecting, proving
from sandbox.detecting import Found, Saw
from sandbox.models import ConformanceCheck, ConformanceRun
from sandbox.proving import Proof, Verdict
from tests.factories import make_model

BASE = "https://api.birch.example/v1"
LISTED = ("birch-large", "birch-small")
CANARY = f"canary-{secrets.token_hex(8)}"


@pytest.fixture
def answering(monkeypatch):
    """An API that answers, and lists two models."""
    monkeypatch.setattr(detecting, "look", lambda base_url, **_: Found(base_url, Saw.LIST, "openai", LISTED))
    monkeypatch.setattr(detecting, "list_models", lambda endpoint: Found(endpoint.base_url, Saw.LIST, "openai", LISTED))
    monkeypatch.setattr(proving, "prove", lambda _endpoint, _names: Proof(Verdict.ANSWERED, Saw.LIST, LISTED))


def test_a_program_takes_a_provider_from_nothing_to_the_queue(ask, world, answering, redis_url):
    make_model(slug="birch-large", name="Birch Large")
    facts = {"name_en": "Birch", "homepage": "https://birch.example", "country": "CN"}
    made = ask("post", "providers/", "stranger", **facts)
    assert made.status_code == 201, made.content
    assert made["Location"].endswith("/api/v1/portal/providers/birch/")
    placed = ask("post", "providers/birch/apis/", "stranger", base_url=BASE).json()
    api = f"providers/birch/apis/{placed['api']['id']}/"
    assert placed["api"]["detected"]
    assert placed["said"]["message"]
    assert ask("put", f"{api}key/", "stranger", key=CANARY).status_code == 200
    proposal = {"name": "Birch Small", "maker_name": "Birch"}
    chosen = [{"wire_name": "birch-large", "model": "birch-large"}, {"wire_name": "birch-small", "proposal": proposal}]
    version = ask("get", api, "stranger").json()["version"]
    done = ask("put", f"{api}models/", "stranger", version=version, models=chosen).json()
    assert len(done["added"]) == 2
    prices = (
        "model,currency,input,output,source\n"
        "birch-large,CNY,2,8,https://birch.example/p\n"
        "birch-small,CNY,1,4,https://birch.example/p\n"
    )
    assert ask("put", f"{api}prices/", "stranger", csv=prices).json()["saved"] == 2
    version = done["version"]
    limits = ask("put", f"{api}limits/", "stranger", version=version, max_parallel=2, calls_per_minute=60)
    assert limits.json()["max_parallel"] == 2
    scenarios = {slug: ["a-scenario"] for slug in done["added"]}
    assert ask("put", f"{api}scenarios/", "stranger", channels=scenarios).status_code == 200
    version = ask("get", "providers/birch/", "stranger").json()["version"]
    stated = {"retention_days": 0, "trains_on_inputs": False, "terms_source": "https://birch.example/terms"}
    assert ask("put", "providers/birch/terms/", "stranger", version=version, **stated).status_code == 200
    agreed = ask("post", "providers/birch/agreement/", "stranger", agreed=settings.AGREEMENT_VERSION).json()
    assert agreed["agreed"]
    first = done["added"][0]
    state = ask("get", f"providers/birch/channels/{first}/state/", "stranger").json()
    assert [one["field"] for one in state["missing"]] == ["conformance"]
    early = ask("post", "providers/birch/submissions/", "stranger", channels=done["added"])
    assert early.status_code == 409
    for channel in Channel.objects.filter(slug__in=done["added"]):
        checked(channel)
    sent = ask("post", "providers/birch/submissions/", "stranger", channels=done["added"])
    assert sent.status_code == 201, sent.content
    assert {one["state"] for one in sent.json()} == {"waiting"}
    assert ask("post", f"providers/birch/channels/{first}/withdraw/", "stranger").json()["listing"] == "draft"
    actions = set(AuditEntry.objects.filter(provider__slug="birch").values_list("action", flat=True))
    assert {"provider_founded", "api_added", "key_entered", "models_chosen", "prices_set", "limits_set"} <= actions
    assert {"scenarios_chosen", "terms_set", "agreed", "channel_submitted", "submission_withdrawn"} <= actions


def checked(channel):
    facts = {"base_url": channel.base_url, "protocol": channel.protocol, "wire_name": channel.wire_name}
    run = ConformanceRun.objects.create(channel=channel, state="done", facts=facts, finished_at=timezone.now())
    for position, slug in enumerate(("address", "tls", "plain_answer")):
        ConformanceCheck.objects.create(run=run, slug=slug, position=position, result="pass")


def test_a_key_is_in_no_answer_no_log_and_not_in_the_clear(ask, world, answering, caplog):
    path = "providers/pine/apis/{api}/"
    answers = [ask("put", f"{path}key/", "owner", key=CANARY)]
    answers += [ask("get", path, "owner"), ask("get", "providers/pine/apis/", "owner")]
    answers += [ask("post", f"{path}key/try/", "owner"), ask("get", "providers/pine/log/", "owner")]
    assert all(answer.status_code == 200 for answer in answers)
    assert all(CANARY not in answer.content.decode() for answer in answers)
    assert CANARY not in caplog.text
    assert answers[1].json()["key"]["ending"] == CANARY[-4:]
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM catalog_credential")
        assert all(CANARY not in str(row) for row in cursor.fetchall())
    assert Credential.objects.get(provider=world.provider).secret == CANARY


@pytest.mark.parametrize("body", [{"docs_url": "https://x.example/{key}"}, {"name_zh": "{key}"}])
def test_a_key_in_a_wrong_field_is_refused_and_not_told_again(ask, world, body):
    stray = f"sk-{secrets.token_hex(16)}1a"
    sent = {name: value.format(key=stray) for name, value in body.items()}
    response = ask("patch", "providers/pine/", "owner", version=1, **sent)
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == next(iter(body))
    assert stray not in response.content.decode()
    assert not Provider.objects.filter(docs_url__contains=stray).exists()


def test_a_key_in_place_of_a_choice_is_not_told_again(ask, world):
    stray = f"sk-{secrets.token_hex(16)}1a"
    for body in ({"version": 1, "country": stray}, {"version": stray}):
        response = ask("patch", "providers/pine/", "owner", **body)
        assert response.status_code == 400
        assert stray not in response.content.decode()


def test_the_second_of_two_editors_is_told(ask, world):
    assert ask("patch", "providers/pine/", "owner", version=1, docs_url="https://pine.example/d").status_code == 200
    second = ask("patch", "providers/pine/", "editor", version=1, docs_url="https://pine.example/e")
    assert second.status_code == 409
    assert second.json()["errors"][0]["field"] == "version"
    assert Provider.objects.get(slug="pine").docs_url == "https://pine.example/d"


def test_what_is_left_out_of_a_change_stays(ask, world):
    ask("patch", "providers/pine/", "owner", version=1, country="CN")
    found = ask("get", "providers/pine/", "viewer").json()
    assert (found["country"], found["homepage"], found["version"]) == ("CN", "https://pine.example", 2)
    assert found["role"] == "viewer"


def test_a_misspelt_field_is_refused(ask, world):
    response = ask("patch", "providers/pine/", "owner", version=1, contry="CN")
    assert response.json()["errors"][0]["field"] == "contry"


def test_every_fault_of_a_price_list_has_its_line_and_nothing_is_saved(ask, world):
    faulty = "model,currency,input,output,source\npine-large,CNY,zwei,8,https://pine.example/p\nnobody,CNY,1,2,\n"
    before = world.channel.prices.count()
    response = ask("put", "providers/pine/apis/{api}/prices/", "owner", csv=faulty)
    assert response.status_code == 400
    fields = {one["field"] for one in response.json()["errors"]}
    assert "lines.2.input" in fields
    assert any(field.startswith("lines.3") for field in fields)
    assert world.channel.prices.count() == before


def test_a_dry_run_only_reads(ask, world):
    good = "model,currency,input,output,source\npine-large,CNY,3,9,https://pine.example/p\n"
    before = world.channel.prices.count()
    response = ask("put", "providers/pine/apis/{api}/prices/", "owner", csv=good, dry_run=True)
    assert response.json() == {"changes": 1, "same": 0, "saved": 0, "silent": []}
    assert world.channel.prices.count() == before


def test_one_price_by_itself_with_a_tier(ask, world):
    day = timezone.localdate().isoformat()
    tier = {"above": 200_000, "input": "6", "output": "12"}
    wish = {"version": 1, "currency": "CNY", "input": "3", "output": "9.5", "source": "https://pine.example/p"}
    response = ask("post", "providers/pine/channels/{channel}/prices/", "owner", **wish, tiers=[tier], valid_from=day)
    assert response.status_code == 201, response.content
    assert (response.json()["input"], response.json()["output"]) == ("3", "9.5")
    assert response.json()["tiers"][0]["above"] == 200_000


def test_a_move_of_a_listed_channel_is_asked_for_twice(ask, world, answering):
    Channel.objects.filter(pk=world.channel.pk).update(listing="listed")
    path, wish = "providers/pine/apis/{api}/", {"version": 1, "base_url": "https://other.pine.example/v1"}
    first = ask("patch", path, "owner", **wish)
    assert first.status_code == 409
    assert "confirmed" in first.json()["errors"][0]["mend"]
    assert ask("patch", path, "owner", **wish, confirmed=True).status_code == 200
    assert ask("get", "providers/pine/channels/{channel}/", "owner").json()["listing"] == "draft"


def test_invites_and_lets_in_whom_the_letter_was_for(ask, world, django_capture_on_commit_callbacks):
    guest = world.people["stranger"]
    EmailAddress.objects.create(user=guest, email=guest.email, verified=True, primary=True)
    with django_capture_on_commit_callbacks(execute=True):
        sent = ask("post", "providers/pine/invitations/", "owner", email=guest.email, role="editor")
    assert sent.status_code == 201
    token = mail.outbox[-1].body.split("/portal/invitations/")[1].split("/")[0]
    assert token not in sent.content.decode()
    assert ask("post", "invitations/accept/", "operator", token=token).status_code == 400
    joined = ask("post", "invitations/accept/", "stranger", token=token)
    assert joined.json()["role"] == "editor"
    assert ask("get", "providers/pine/", "stranger").status_code == 200


def test_addresses_of_members_are_for_owners(ask, world):
    seen = {who: ask("get", "providers/pine/members/", who).json()["results"] for who in ("viewer", "owner")}
    assert all(row["email"] for row in seen["owner"])
    assert [bool(row["email"]) for row in seen["viewer"]] == [row["you"] for row in seen["viewer"]]
    assert "@" not in "".join(row["name"] for row in seen["viewer"] if not row["you"])


def test_ownership_goes_over_and_the_last_owner_stays(ask, world):
    mine = next(row for row in ask("get", "providers/pine/members/", "owner").json()["results"] if row["you"])
    assert ask("delete", f"providers/pine/members/{mine['id']}/", "owner").status_code == 400
    assert ask("post", "providers/pine/members/{member}/transfer/", "owner").json()["role"] == "editor"
    assert ask("delete", f"providers/pine/members/{mine['id']}/", "owner").status_code == 204


def test_a_last_day_with_a_successor_is_set_and_lifted(ask, world):
    Channel.objects.filter(pk=world.channel.pk).update(listing="listed")
    path = "providers/pine/channels/{channel}/sunset/"
    assert ask("put", path, "owner", day="2020-01-01").status_code == 400
    day = (timezone.localdate() + timedelta(days=30)).isoformat()
    assert ask("put", path, "owner", day=day).json()["sunset_on"] == day
    assert ask("delete", path, "owner").json()["sunset_on"] is None


def test_a_reply_is_written_and_taken_away(ask, world):
    path = "providers/pine/reports/{report}/reply/"
    assert ask("put", path, "editor", text="We have mended it.").json()["text"] == "We have mended it."
    assert ask("get", "providers/pine/reports/", "viewer").json()["results"][0]["reply"] == "We have mended it."
    assert ask("delete", path, "editor").status_code == 204
    assert ask("delete", path, "editor").status_code == 404


def test_started_checks_stand_in_the_log_once(ask, world):
    Credential.objects.create(provider=world.provider, origin="https://api.pine.example", secret=CANARY, works=True)
    checks = "providers/{provider}/channels/{channel}/checks/"
    assert ask("post", checks, "editor", only=["tls"]).status_code == 202
    assert ask("post", checks, "editor").status_code == 202
    assert AuditEntry.objects.filter(action="checks_started", subject="pine-large").count() == 1


def test_a_retired_channel_is_not_checked(ask, world):
    Channel.objects.filter(pk=world.channel.pk).update(listing="retired")
    assert ask("post", "providers/{provider}/channels/{channel}/checks/", "editor").status_code == 409


def test_too_many_checks_are_told_when_to_come_again(ask, world, settings):
    settings.CONFORMANCE_RUNS_PER_DAY = 1
    Credential.objects.create(provider=world.provider, origin="https://api.pine.example", secret="any", works=True)
    quotas.spend(subject=f"provider:{world.provider.pk}", quota="checks", limit=1)
    answer = ask("post", "providers/{provider}/channels/{channel}/checks/", "editor")
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 86_400  # until midnight


def test_who_may_not_read_invitations_may_not_ask_for_their_head(ask, world):
    assert ask("head", "providers/{provider}/invitations/", "viewer").status_code == 403
    assert ask("head", "providers/{provider}/invitations/", "owner").status_code == 200


def test_terms_that_are_read_and_sent_back_whole_change_nothing(ask, world):
    stated = {"processing_region": "Hangzhou", "terms_source": "https://pine.example/t", "filing_number": "F-1"}
    stated |= {"available_in_mainland": True, "retention_days": 0, "trains_on_inputs": False}
    terms = "providers/{provider}/terms/"
    read = ask("put", terms, "editor", version=1, **stated).json()
    assert read.pop("allows_trials") is None
    again = ask("put", terms, "editor", **read)
    assert again.status_code == 200, again.content
    assert {name: again.json()[name] for name in stated} == stated
