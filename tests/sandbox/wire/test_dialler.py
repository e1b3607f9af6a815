"""Connections go to vetted addresses and nowhere else, whatever names, redirects and the environment say."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import socket
import ssl
from functools import partial

import aiohttp
import pytest
import uvloop
from aiohttp.client_proto import ResponseHandler
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sandbox.wire import dialler
from sandbox.wire.addresses import Target
from sandbox.wire.client import Client
from sandbox.wire.types import Endpoint, Kind, Outcome, Question
from tests.sandbox.wire.scripts import NEVER, STOP, answers, error, said, streams
from tests.sandbox.wire.upstream import FAST, listening, upstream

QUESTION = Question("hi")
GOOD = streams(said("ok"), STOP, "[DONE]")
LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]


def run(work, loop=asyncio.new_event_loop):
    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(work)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of nobody's, for llm.example.com alone: the server's context, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "llm.example.com")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("llm.example.com")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cafile=str(path))


async def loopback(name: str, port: int) -> list[str]:
    return ["127.0.0.1"]


async def ask(base_url: str, local: str, **options) -> Outcome:
    client = Client(FAST, frozenset({local}), **options)
    try:
        return await client.ask(Endpoint("openai", base_url, "m", "not-a-real-key"), QUESTION)
    finally:
        await client.close()


@pytest.mark.parametrize("loop", LOOPS)
def test_keeps_the_name_for_tls_while_it_connects_to_the_pinned_address(certificate, loop):
    server, trusting = certificate

    async def work():
        async with upstream(GOOD, tls=server) as up:
            url = f"https://llm.example.com:{up.port}/v1"
            outcome = await ask(url, f"llm.example.com:{up.port}", resolver=loopback, tls=trusting)
            return outcome, up

    outcome, up = run(work(), loop)
    assert outcome.text == "ok"
    assert up.requests[0].header("host") == f"llm.example.com:{up.port}"


def test_takes_the_name_of_the_host_out_of_what_the_provider_says():
    async def work():
        async with upstream(answers("400 Bad Request", error("LLM.example.com at 10.0.0.7 said no"))) as up:
            return await ask(f"http://llm.example.com:{up.port}/v1", f"llm.example.com:{up.port}", resolver=loopback)

    assert run(work()).error.detail.endswith("It says: [removed] at [removed] said no")


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize(("name", "trusts"), [("other.example.com", True), ("llm.example.com", False)])
def test_refuses_a_certificate_that_is_not_the_providers_and_does_not_try_again(certificate, loop, name, trusts):
    server, trusting = certificate

    async def work():
        async with upstream(GOOD, tls=server) as up:
            tls = trusting if trusts else None
            outcome = await ask(f"https://{name}:{up.port}/v1", f"{name}:{up.port}", resolver=loopback, tls=tls)
            return outcome, up

    outcome, up = run(work(), loop)
    assert outcome.error.kind == Kind.TLS
    assert outcome.tries == 1
    assert up.requests == []


def greeter(answer: bytes | None):
    """Accepts TCP, then writes ``answer`` and closes; empty resets the connection, None is silence."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if answer is None:
            await asyncio.sleep(NEVER)
        await reader.read(10)
        if answer:
            writer.write(answer)
        else:
            writer.transport.abort()

    return serve


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("answer", [None, b"", b"SSH-2.0-OpenSSH_9.2\r\n"], ids=["silent", "resets", "no TLS"])
def test_calls_a_failed_handshake_tls(answer, loop):
    async def work():
        async with listening(greeter(answer)) as port:
            return await ask(f"https://127.0.0.1:{port}/v1", f"127.0.0.1:{port}")

    outcome = run(work(), loop)
    assert outcome.error.kind == Kind.TLS
    assert outcome.tries == 1


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_tries_a_closed_port_twice(loop, scheme):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        outcome = run(ask(f"{scheme}://127.0.0.1:{port}/v1", f"127.0.0.1:{port}"), loop)
    assert outcome.error.kind == Kind.CONNECT
    assert outcome.tries == 2
    assert outcome.total_ms is None


def test_says_connect_when_nobody_takes_the_connection():
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = []
        for _ in range(3):  # the queue is full: the kernel drops what else comes
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
            waiting.append(one)
        outcome = run(ask(f"http://127.0.0.1:{port}/v1", f"127.0.0.1:{port}"))
        for one in waiting:
            one.close()
    assert outcome.error.kind == Kind.CONNECT
    assert outcome.tries == 1


def test_sends_nothing_to_the_second_host_of_a_redirect():
    async def work():
        async with upstream(GOOD) as second:
            location = f"http://{second.address}/v1/chat/completions"
            async with upstream(answers("307 Temporary Redirect", location=location)) as first:
                client = Client(FAST, frozenset({first.address, second.address}))
                outcome = await client.ask(first.endpoint(), QUESTION)
                await client.close()
                return outcome, first, second

    outcome, first, second = run(work())
    assert outcome.error.kind == Kind.BLOCKED_ADDRESS
    assert (len(first.requests), second.connections) == (1, 0)


def test_takes_no_proxy_from_the_environment(monkeypatch):
    async def work():
        async with upstream(GOOD) as proxy, upstream(GOOD) as up:
            for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
                monkeypatch.setenv(name, f"http://{proxy.address}")
            outcome = await ask(f"http://{up.address}/v1", up.address)
            return outcome, proxy

    outcome, proxy = run(work())
    assert outcome.text == "ok"
    assert proxy.connections == 0


def test_blocks_a_name_that_turned_private_even_while_its_connection_is_warm(certificate):
    server, trusting = certificate
    answers_of_dns = [["127.0.0.1"], ["10.0.0.5"]]

    async def rebinding(name: str, port: int) -> list[str]:
        return answers_of_dns.pop(0)

    async def work():
        async with upstream(GOOD, tls=server) as up:
            local = {f"llm.example.com:{up.port}"}
            client = Client(FAST, frozenset(local), rebinding, tls=trusting)
            endpoint = Endpoint("openai", f"https://llm.example.com:{up.port}/v1", "m")
            good = await client.ask(endpoint, QUESTION)
            client._local = frozenset()  # from now on the name is judged as a public one
            bad = await client.ask(endpoint, QUESTION)
            await client.close()
            return good, bad, up

    good, bad, up = run(work())
    assert good.error is None
    assert bad.error.kind == Kind.BLOCKED_ADDRESS
    assert len(up.requests) == 1


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize(("size", "is_paused"), [(10, False), (15_000, True)])
def test_resumes_a_connection_only_when_it_was_paused(monkeypatch, loop, size, is_paused):
    resumed = []
    resume = ResponseHandler.resume_reading
    monkeypatch.setattr(ResponseHandler, "resume_reading", lambda *args: (resumed.append(args), resume(*args)))
    monkeypatch.setattr(aiohttp, "ClientSession", partial(aiohttp.ClientSession, read_bufsize=1_000))

    async def work():
        async with upstream(streams(said("x" * size), STOP, "[DONE]")) as up:
            return await ask(f"http://{up.address}/v1", up.address)

    outcome = run(work(), loop)
    assert outcome.error is None
    assert len(outcome.text) == size
    assert bool(resumed) is is_paused


def test_resolves_only_what_was_vetted():
    pins = dialler.Pins()
    pins.pin(Target("https", "a.example.com", 443, "", ("8.8.8.8", "2606:4700:4700::1111"), is_local=False))
    records = asyncio.run(pins.resolve("a.example.com", 443))
    assert [(record["host"], record["family"]) for record in records] == [
        ("8.8.8.8", socket.AF_INET),
        ("2606:4700:4700::1111", socket.AF_INET6),
    ]
    assert all(ipaddress.ip_address(record["host"]).is_global for record in records)
    with pytest.raises(KeyError):
        asyncio.run(pins.resolve("b.example.com", 443))


def test_reads_a_broken_connection_before_the_response_as_connect():
    explained = dialler.explain(aiohttp.ClientOSError(104, "reset"), is_tls=True)
    assert explained.kind == Kind.CONNECT
    assert explained.retry_after_ms is not None


def test_reads_a_raw_tls_failure_as_tls():
    assert dialler.explain(ssl.SSLError(1, "x"), is_tls=True).kind == Kind.TLS
