"""``manage.py calibrate``: how far a grader agrees with people, measured on a file and kept as its record."""

from __future__ import annotations

import itertools
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress

from catalog.models import Channel
from marketplace import money
from sandbox import calibration, cases, loop, trials
from sandbox.graders.rule.grading import RULES
from sandbox.models import GraderRecord
from sandbox.replay import Replay


class Command(BaseCommand):
    help = (
        "Measure a grader against people's verdicts (docs/evidence.md says how they are written) and keep its record."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--grader", required=True, help="a channel's slug, or a rule such as rule:number")
        parser.add_argument("--data", required=True, help="a file of cases, one JSON object per line")
        parser.add_argument("--label", default="", help="whose verdicts these are (default: the file's name)")
        parser.add_argument("--limit", type=int, default=200, help="ask about at most so many cases (default: 200)")
        parser.add_argument("--max-cost", default="5", help=f"in {settings.CURRENCY}, at most (default: 5)")
        parser.add_argument("--replay", help="a file of recorded words: nobody is asked")
        parser.add_argument("--dry-run", action="store_true", help="measure, and keep nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        known = self.read_cases(options)
        data = options["label"] or Path(options["data"]).name
        if options["grader"].startswith("rule:"):
            records = self.measure_rule(options["grader"].removeprefix("rule:"), known, data)
        else:
            records = self.measure_judge(known, data, options)
        if not records:
            raise CommandError("Too few readable verdicts for a record, or verdicts that never vary.")
        if not options["dry_run"]:
            GraderRecord.objects.bulk_create(records)
        for record in records:
            self.stdout.write(told(record))

    def read_cases(self, options: dict[str, Any]) -> list[cases.Case]:
        try:
            with Path(options["data"]).open(encoding="utf-8") as lines:
                return list(itertools.islice(cases.read(lines), options["limit"]))
        except (OSError, UnicodeDecodeError, cases.Unreadable) as error:
            raise CommandError(f"{options['data']}: {error}") from None

    def measure_rule(self, name: str, known: list[cases.Case], data: str) -> list[GraderRecord]:
        if name not in RULES:
            raise CommandError(f"There is no rule {name!r}. There are: {', '.join(RULES)}.")
        graded = [case for case in known if isinstance(case, cases.Graded)]
        return calibration.records_of_rule(name, graded, data=data)

    def measure_judge(self, known: list[cases.Case], data: str, options: dict[str, Any]) -> list[GraderRecord]:
        callable_ones = Channel.objects.all() if options["replay"] else Channel.objects.live()
        by = callable_ones.select_related("provider", "model").filter(slug=options["grader"]).first()
        if by is None:
            raise CommandError(f"There is no channel {options['grader']!r} that can be called.")
        trier = calibration.Trier(by, fx=trials.exchange_rates(), client=self.replay(options["replay"]))
        try:
            # A replay costs nothing.
            chosen = trier.affordable(known, most=Decimal("Infinity" if options["replay"] else options["max_cost"]))
        except KeyError as error:
            raise CommandError(f"No rubric has the dimension {error}.") from None
        with Progress(console=Console(stderr=True)) as progress:
            bar = progress.add_task(by.slug, total=len(chosen))
            tried = loop.run(trier.put(chosen, on_case=lambda: progress.advance(bar)))
        self.say_what_it_took(tried, left=len(known) - len(chosen))
        return calibration.records_of(by, tried, data=data)

    def replay(self, path: str | None) -> Replay | None:
        if path is None:
            return None
        try:
            return Replay(
                json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()
            )
        except (OSError, ValueError, KeyError) as error:
            raise CommandError(f"{path}: {error}") from None

    def say_what_it_took(self, tried: list[calibration.Tried], *, left: int) -> None:
        unread = sum(each.result is None for each in tried)
        spent = sum((each.charge for each in tried if each.charge is not None), Decimal(0))
        shown = money.show(spent, settings.CURRENCY)
        self.stdout.write(f"{len(tried)} cases, {unread} unreadable, {left} left out for their cost, {shown} spent")


def told(record: GraderRecord) -> str:
    figures = f"{record.value:.3f} [{record.low:.3f}, {record.high:.3f}] n={record.n}"
    flips = "" if record.flip_rate is None else f" order-flip rate {record.flip_rate:.3f}"
    bias = "" if record.bias_points is None else f" bias {record.bias_points:.2f} points"
    return f"{record.grader} {record.dimension or 'in general'}: {record.statistic} {figures}{flips}{bias}"
