"""``manage.py record_judging CODE``: what judges said in a trial, as lines that can be replayed."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sandbox.models import Trial
from sandbox.replay import recorded


class Command(BaseCommand):
    help = "Print the judges' words of a trial, one JSON object per line, for calibrate --replay and for tests."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="the trial's code")

    def handle(self, *args: Any, **options: Any) -> None:
        trial = Trial.objects.filter(code=options["code"]).first()
        if trial is None:
            raise CommandError("There is no such trial.")
        for record in recorded(trial):
            self.stdout.write(json.dumps(record, ensure_ascii=False))
