"""A key is live once its provider has answered to it, for nothing where that is possible."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import call_command

from catalog.models import Channel, Credential, Listing, Provider
from marketplace.settings import inside_address
from sandbox import probing
from sandbox.probing import Verdict, link_and_probe
from tests.factories import make_channel, make_price, make_provider, make_scenario

pytestmark = pytest.mark.django_db
GOOD = "not-a-real-key"
CHUNK = {"choices": [{"delta": {"content": "2"}, "finish_reason": "length"}]}


class Upstream(BaseHTTPRequestHandler):
    """``/<temper>/v1``: strict about its list, public with it, without one, empty-handed, broken or mute."""

    def do_GET(self):
        temper, is_welcome = self.note()
        if temper == "mute":
            self.server.patience.wait(10)
        elif temper == "broken":
            self.say(500, {})
        elif temper == "listless":
            self.say(404, {})
        elif temper == "strict" and not is_welcome:
            self.say(401, {"error": {"message": "no"}})
        else:
            names = [] if temper == "empty" else ["model-b", "model-c"]
            self.say(200, {"data": [{"id": name} for name in names]})

    def do_POST(self):
        _, is_welcome = self.note()
        if not is_welcome:
            self.say(401, {"error": {"message": "no"}})
            return
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self.wfile.write(f"data: {json.dumps(CHUNK)}\n\ndata: [DONE]\n\n".encode())

    def note(self):
        key = self.headers.get("authorization", "").removeprefix("Bearer ")
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or "{}")
        self.server.calls.append((self.command, self.path, key, body))
        return self.path.split("/")[1], key == GOOD

    def say(self, status, value):
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def upstream(settings):
    with ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as server:
        server.calls, server.patience = [], threading.Event()
        server.origin = f"http://127.0.0.1:{server.server_port}"
        settings.LOCAL_ADDRESSES = [f"127.0.0.1:{server.server_port}"]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.patience.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def make_seeded(upstream):
    """A provider as the facts have it, with a key and channels for model-a (cheaper) and model-b."""

    def make(temper, *, key=GOOD, source="public documentation"):
        provider = make_provider(is_simulated=False, source=source, slug=temper)
        for name, price in (("model-a", 1), ("model-b", 2)):
            base_url = f"{upstream.origin}/{temper}/v1"
            channel = make_channel(provider=provider, base_url=base_url, wire_name=name, price=False)
            make_price(channel=channel, output=price)
        Credential.objects.create(provider=provider, origin=upstream.origin, secret=key)
        return provider

    return make


def live_providers():
    return set(Channel.objects.live().values_list("provider__slug", flat=True))


def posts(upstream):
    return [body for command, _, _, body in upstream.calls if command == "POST"]


def test_a_list_that_only_the_key_opens_proves_it_for_nothing(make_seeded, upstream):
    make_seeded("strict")
    (probe,) = link_and_probe({})
    assert (probe.verdict, probe.models) == (Verdict.LIVE, ["model-b", "model-c"])
    assert live_providers() == {"strict"}
    assert posts(upstream) == []


def test_a_public_list_proves_nothing_so_a_token_of_a_listed_model_is_asked_for(make_seeded, upstream):
    make_seeded("public")
    (probe,) = link_and_probe({})
    assert probe.verdict is Verdict.LIVE
    (body,) = posts(upstream)
    assert (body["model"], body["max_tokens"]) == ("model-b", 1)


def test_without_a_list_the_cheapest_model_is_asked_for_a_token(make_seeded, upstream):
    make_seeded("listless")
    (probe,) = link_and_probe({})
    assert probe.verdict is Verdict.LIVE
    assert [body["model"] for body in posts(upstream)] == ["model-a"]


@pytest.mark.parametrize("temper", ["strict", "public", "listless"])
def test_a_key_that_is_not_accepted_is_refused(make_seeded, temper):
    provider = make_seeded(temper, key="not-the-right-key")
    provider.credentials.update(works=True)
    (probe,) = link_and_probe({})
    assert probe.verdict is Verdict.REFUSED
    assert live_providers() == set()


@pytest.mark.parametrize("temper", ["broken", "mute"])
def test_whoever_does_not_answer_is_not_live_and_keeps_nobody_waiting(make_seeded, temper):
    provider = make_seeded(temper)
    provider.credentials.update(works=True)
    (probe,) = link_and_probe({}, within_s=0.3)
    assert probe.verdict is Verdict.SILENT
    assert probe.detail
    assert live_providers() == set()


def test_all_are_asked_at_once_and_each_is_marked_for_itself(make_seeded):
    make_seeded("strict")
    make_seeded("broken")
    assert {probe.provider: probe.verdict for probe in link_and_probe({})} == {
        "strict": Verdict.LIVE,
        "broken": Verdict.SILENT,
    }
    assert live_providers() == {"strict"}


def test_a_provider_that_the_facts_do_not_name_is_not_asked(make_seeded, upstream):
    make_seeded("strict", source="portal")
    assert link_and_probe({}) == []
    assert upstream.calls == []


def test_an_address_that_may_not_be_called_is_not_called(make_seeded, settings):
    make_seeded("strict")
    settings.LOCAL_ADDRESSES = []
    (probe,) = link_and_probe({})
    assert (probe.verdict, probe.detail) == (Verdict.SILENT, "not https")


def test_a_server_of_ones_own_becomes_a_provider_with_the_models_it_lists(upstream):
    make_scenario(slug="a-scenario")
    environ = {"OPENAI_BASE_URL": f"{upstream.origin}/strict/v1/", "OPENAI_API_KEY": GOOD}
    (probe,) = link_and_probe(environ)
    assert (probe.provider, probe.verdict) == ("local-openai-compatible", Verdict.LIVE)
    channels = Channel.objects.live().filter(scenarios__slug="a-scenario")
    assert set(channels.values_list("wire_name", flat=True)) == {"model-b", "model-c"}
    assert posts(upstream) == []


def test_a_server_of_ones_own_needs_no_key(upstream):
    link_and_probe({"OPENAI_BASE_URL": f"{upstream.origin}/public/v1"})
    assert live_providers() == {"local-openai-compatible"}
    assert {key for *_, key, _ in upstream.calls} == {""}


@pytest.mark.parametrize("temper", ["broken", "empty", "listless"])
def test_a_server_of_ones_own_that_lists_nothing_makes_no_provider(upstream, temper):
    (probe,) = link_and_probe({"OPENAI_BASE_URL": f"{upstream.origin}/{temper}/v1"})
    assert probe.verdict is Verdict.SILENT
    assert not Provider.objects.exists()


def test_a_server_of_ones_own_that_is_gone_is_live_no_more(upstream):
    link_and_probe({"OPENAI_BASE_URL": f"{upstream.origin}/public/v1"})
    link_and_probe({"OPENAI_BASE_URL": f"{upstream.origin}/broken/v1"})
    assert live_providers() == set()
    link_and_probe({})
    assert set(Channel.objects.values_list("listing", flat=True)) == {Listing.RETIRED}


def test_the_command_says_one_line_per_provider(make_seeded, capsys, monkeypatch):
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    make_seeded("strict")
    make_seeded("public", key="not-the-right-key")
    call_command("link_keys")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("public: key refused (")
    assert lines[1:] == ["strict: live"]


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("http://127.0.0.1:11434/v1", ["127.0.0.1:11434"]),
        ("http://localhost:8080/v1", ["localhost:8080"]),
        ("http://192.168.1.5/v1", ["192.168.1.5:80"]),
        ("https://10.0.0.2/v1", ["10.0.0.2:443"]),
        ("http://[::1]:9/v1", ["[::1]:9"]),
        ("http://169.254.169.254/v1", []),
        ("http://0.0.0.0:80/v1", []),
        ("https://api.openai.com/v1", []),
        ("https://8.8.8.8/v1", []),
        ("http://127.0.0.1:99999/v1", []),
        ("nonsense", []),
        ("", []),
    ],
)
def test_only_a_server_inside_is_excepted_from_the_rules_for_addresses(url, inside):
    assert inside_address(url) == inside


def test_names_are_looked_up_as_the_system_does(monkeypatch):
    assert "127.0.0.1" in asyncio.run(probing.resolve("localhost", 443))
    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert asyncio.run(probing.resolve("a.example", 443)) == []


def fail(*_, **__):
    raise socket.gaierror


def test_a_lookup_that_nobody_waits_for_any_more_does_no_harm(monkeypatch):
    asked, over = threading.Event(), threading.Event()

    def look_up(*_, **__):
        asked.set()
        over.wait(5)
        return []

    async def give_up():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(probing.resolve("a.example", 443), 0.01)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    asyncio.run(give_up())
    assert asked.is_set()
    over.set()
    for thread in threading.enumerate():
        if thread.name == "resolver":
            thread.join(5)
