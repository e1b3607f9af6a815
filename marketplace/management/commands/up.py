"""``manage.py up``: the whole site on this computer, with one command."""

import contextlib
import io
import sys
from argparse import ArgumentParser
from typing import Any

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from marketplace import embedded, processes


class Command(BaseCommand):
    help = "Start Redis, simulated providers, worker and web server, and stop them all at Ctrl-C. HOST and PORT count."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--end-with-parent", action="store_true", help="stop when the starting process dies")

    def handle(self, *args: Any, end_with_parent: bool, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("This is for one computer. docs/operations.md says how production is run.")
        if end_with_parent:
            processes.end_with_parent()
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a terminal without Chinese still shows the address
        try:
            uvloop.run(embedded.serve(self.say))
        except processes.Failed as failed:
            raise CommandError(str(failed)) from None

    def say(self, line: str) -> None:
        with contextlib.suppress(OSError):  # whoever read our output is gone; the site goes on
            self.stdout.write(line)
            self.stdout.flush()
