"""``manage.py link_keys``: make channels of the keys in the environment live, and say of each provider how it went."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from sandbox import probing


class Command(BaseCommand):
    help = "Probe every key that we hold: one line per provider, `live`, `key refused` or `no answer`."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--within", type=float, default=probing.WITHIN_S, help="seconds, for all of them together")

    def handle(self, *, within: float, **options: Any) -> None:
        for probe in probing.link_and_probe(within_s=within):
            why = f" ({probe.detail})" if probe.detail else ""
            self.stdout.write(f"{probe.provider}: {probe.verdict}{why}")
