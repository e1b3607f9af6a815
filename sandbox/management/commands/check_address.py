"""Says of each URL whether a provider may be called there: ``allowed``, ``blocked: why`` or ``unresolved``."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from sandbox.vetting import vet_here
from sandbox.wire.addresses import Blocked, Unresolved


class Command(BaseCommand):
    help = __doc__ or ""
    requires_system_checks = ()  # it asks the address guard alone

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("urls", nargs="+", metavar="URL")

    def handle(self, *, urls: list[str], **options: Any) -> None:
        for verdict in asyncio.run(judge_all(urls)):
            self.stdout.write(verdict)


async def judge_all(urls: list[str]) -> list[str]:
    return list(await asyncio.gather(*map(judge, urls)))


async def judge(url: str) -> str:
    try:
        await vet_here(url)
    except Blocked as error:
        return f"blocked: {error.detail}"
    except Unresolved:
        return "unresolved"
    return "allowed"
