"""Addresses and the verdicts they deserve: our own rows, and those of the acceptance set where it lies beside us."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

PUBLIC = "93.184.215.14"
OWN_HOST, OWN_IP, OWN_V6 = "touchstone.example.net", "93.184.215.99", "2606:4700::99"
BESIDE = Path(__file__).resolve().parents[4] / "shared" / "data"


class Row(NamedTuple):
    name: str
    is_allowed: bool
    url: str
    lookups: tuple[tuple[str, ...], ...] = ((PUBLIC,),)
    hops: tuple[str, ...] = ()


def allow(url: str, *ips: str) -> Row:
    return Row(f"allow {url}", True, url, ((ips or (PUBLIC,)),))


def block(url: str, *ips: str) -> Row:
    return Row(f"block {url[:60]!r} {ips}", False, url, ((ips or (PUBLIC,)),))


ROWS = [
    allow("https://api.example.com/v1"),
    allow("HTTPS://API.Example.COM./compatible-mode/v1/"),
    allow("https://api.example.com:8443/v1"),
    allow("https://api.example.com:18080"),
    allow("https://xn--fiqs8s.example/v1"),
    allow("https://8.8.8.8/v1"),
    allow("https://[2606:4700:4700::1111]:443/v1"),
    allow("https://many.example.com/v1", "8.8.8.8", "2606:4700:4700::1111"),
    allow("https://nat64.example.com/v1", "64:ff9b::808:808"),
    allow("https://mapped.example.com/v1", "::ffff:8.8.8.8"),
    block("https://10.1.2.3/v1"),
    block("https://[::1]/v1"),
    block("https://[fe80::1]/v1"),
    block("https://[1:2:3]/v1"),
    block("https://[::ffff:192.168.0.1]/v1"),
    block("https://[64:ff9b::a9fe:a9fe]/v1"),
    block("https://[2002:0a00:0001::]/v1"),
    block("https://[2606:4700::5efe:10.0.0.1]/v1"),
    block("https://[2606:4700::300:5efe:10.0.0.1]/v1"),
    block("https://[8.8.8.8]/v1"),
    block("https://192.52.193.1/v1"),
    block("https://[2620:4f:8000::1]/v1"),
    block("https://100.100.100.200/v1"),
    block("https://2130706433/v1"),
    block("https://0x7f.1/v1"),
    block("https://a.b.0x7f/v1"),
    block("https://1.2.3.4.5/v1"),
    block("https://one.example.com/v1", "8.8.8.8", "127.0.0.1"),
    block("https://odd.example.com/v1", "not an address"),
    block("https://scoped.example.com/v1", "fe80::1%eth0"),
    block("https://localhost/v1"),
    block("https://intranet/v1"),
    block("https://db.internal/v1"),
    block("https://kubernetes.default.svc/v1"),
    block("https://1.0.0.127.in-addr.arpa/v1"),
    block("https://under_score.example.com/v1"),
    block("https://-dash.example.com/v1"),
    block("https://a..example.com/v1"),
    block("https://xn--/v1"),
    block("https://" + "a" * 64 + ".example.com/v1"),
    block("https://" + "a." * 130 + "example.com/v1"),
    block("https://" + "a" * 400),
    block("http://api.example.com/v1"),
    block("ftp://api.example.com/v1"),
    block("//api.example.com/v1"),
    block("https://user@api.example.com/v1"),
    block("https://api.example.com/v1?x=1"),
    block("https://api.example.com/v1#x"),
    block("https://api.example.com/a/../b"),
    block("https://api.example.com//v1"),
    block("https://api.example.com/%2e%2e"),
    block("https://api.example.com\\@10.0.0.1/"),
    block("https://api.example.com/v1\n"),
    block(" https://api.example.com/v1"),
    block("https://127。0。0。1/v1"),
    block("https://api.example.com:0/v1"),
    block("https://api.example.com:22/v1"),
    block("https://api.example.com:6379/v1"),
    block("https://api.example.com:99999/v1"),
    block(f"https://{OWN_HOST}/v1"),
    block(f"https://www.{OWN_HOST}/v1"),
    block("https://other.example.com/v1", OWN_IP),
    block("https://other.example.com/v1", f"::ffff:{OWN_IP}"),
    block("https://other.example.com/v1", f"64:ff9b::{OWN_IP}"),
    block(f"https://[{OWN_V6.replace('::', ':0:0::')}]/v1"),
    block(""),
]


def acceptance_rows() -> list[Row]:
    """Rows of the acceptance set; none where it is not beside this repository."""
    path = Path(os.environ.get("TOUCHSTONE_DATA", BESIDE)).parent / "security" / "ssrf_urls.txt"
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [read_row(line) for line in lines if line and not line.startswith("#")]


def read_row(line: str) -> Row:
    line = line.replace("{SELF_HOST}", OWN_HOST).replace("{SELF_IP}", OWN_IP)
    name, _, expect, answers, hops, url = line.split("\t")
    lookups = () if answers == "-" else tuple(tuple(records.split(",")) for records in answers.split(";"))
    return Row(
        name,
        expect == "allow",
        json.loads(f'"{url}"'),
        lookups,
        () if hops == "-" else tuple(json.loads(f'"{hops}"').split(" | ")),
    )
