"""``manage.py trial``: the same path as a click, in a terminal."""

from __future__ import annotations

import json
import sys
import time
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from catalog.models import Channel, Scenario
from marketplace import money
from marketplace.billing import ledger, quotas
from sandbox import exports, tasks, trials
from sandbox.models import Answer, Trial, TrialState

POLL_S = 0.5
LOCALES = {"zh": "zh-hans", "en": "en"}
GRACE_S = 20


class Command(BaseCommand):
    help = "Compare channels on a scenario's prompts, or on your own, and print the report."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scenario", required=True, help="its slug, such as deep-reasoning")
        parser.add_argument("--prompt", action="append", default=[], help="your own question; may be repeated")
        parser.add_argument("--channels", default="", help="slugs, separated by commas")
        parser.add_argument("--top", type=int, default=5, help="this many suggested channels (default: 5)")
        parser.add_argument("--repeats", type=int, default=1)
        parser.add_argument(
            "--adaptive", action="store_true", help="ask on, in rounds, until the choice is good enough"
        )
        parser.add_argument(
            "--language", choices=["zh", "en"], default="en", help="of the prompts and of what is said about them"
        )
        parser.add_argument("--json", action="store_true", help="print the report as JSON and nothing else")
        parser.add_argument(
            "--here", action="store_true", help="do the work in this process, when no worker is running"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(LOCALES[options["language"]]):
            self.run(options)

    def run(self, options: dict[str, Any]) -> None:
        trial = self.open(options)
        console = Console(stderr=True)
        while options["here"] and trial.is_open:
            tasks.STAGES[TrialState(trial.state)](trial.pk)
            trial.refresh_from_db()
        try:
            self.watch(trial, console)
        except KeyboardInterrupt:
            trials.cancel_trial(trial)
            raise CommandError("Stopped: nothing more is asked, and what had arrived is kept.") from None
        trial.refresh_from_db()
        report = getattr(trial, "report", None)
        if report is None:
            raise CommandError(f"The trial ended without a report: {trial.get_state_display()}.")
        if options["json"]:
            json.dump(exports.report_json(report), sys.stdout, ensure_ascii=False, indent=2, default=str)
            self.stdout.write("")
        else:
            self.print_report(exports.report_json(report))
            self.stdout.write(report.get_absolute_url())

    def open(self, options: dict[str, Any]) -> Trial:
        scenario = Scenario.objects.open().filter(slug=options["scenario"]).first()
        if scenario is None:
            slugs = ", ".join(Scenario.objects.open().values_list("slug", flat=True))
            raise CommandError(f"There is no scenario {options['scenario']!r}. There are: {slugs}.")
        try:
            return trials.open_trial(
                scenario=scenario,
                channels=self.channels(scenario, options),
                language=options["language"],
                own=[trials.OwnPrompt(text) for text in options["prompt"]],
                repeats=options["repeats"],
                mode=Trial.Mode.ADAPTIVE if options["adaptive"] else Trial.Mode.FIXED,
                guest="terminal",
            )
        except trials.Refused as refused:
            raise CommandError(str(refused)) from None
        except quotas.OutOfQuota as out:
            raise CommandError(
                f"Today's {out.limit} trials are used up; go on from {out.resets_at:%H:%M %Z}."
            ) from None
        except ledger.OutOfCredit as out:
            needed, left = (money.show(amount, settings.CURRENCY) for amount in (out.needed, out.left))
            raise CommandError(f"It may cost {needed}, and {left} of today's purse is left. Take fewer.") from None

    def channels(self, scenario: Scenario, options: dict[str, Any]) -> list[Channel]:
        slugs = [slug.strip() for slug in options["channels"].split(",") if slug.strip()]
        if not slugs:
            return trials.suggest(scenario, top=options["top"])
        known = Channel.objects.for_lists().in_bulk(slugs, field_name="slug")
        if unknown := [slug for slug in slugs if slug not in known]:
            raise CommandError(f"There is no channel called {', '.join(unknown)}.")
        return [known[slug] for slug in dict.fromkeys(slugs)]

    def watch(self, trial: Trial, console: Console) -> None:
        """Show progress until the trial has ended, or should have."""
        answers = Answer.objects.of(trial)
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
        give_up = time.monotonic() + settings.TRIAL_DEADLINE_S + GRACE_S
        with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
            bar = progress.add_task(trial.get_state_display(), total=answers.count())
            while trial.is_open and time.monotonic() < give_up:
                trial.refresh_from_db(fields=["state"])
                state = str(TrialState(trial.state).label)
                done, total = answers.exclude(state="waiting").count(), answers.count()  # rounds add to it
                progress.update(bar, completed=done, total=total, description=state)
                if trial.is_open:
                    time.sleep(POLL_S)

    def print_report(self, facts: dict[str, Any]) -> None:
        recommendation = facts["recommendation"]
        self.stdout.write(f"{recommendation['verdict']}: {recommendation['channel'] or '–'}")
        for reason in recommendation["reasons"]:
            self.stdout.write(f"  · {reason}")
        for row in facts["ranking"]:
            score = "–" if row["score"] is None else f"{row['score']:.1f} [{row['low']:.1f}, {row['high']:.1f}]"
            ttft = "–" if row["ttft_ms_p50"] is None else f"{row['ttft_ms_p50']:.0f} ms"
            cost = "–" if row["cost"] is None else money.show(Decimal(row["cost"]), facts["currency"])
            self.stdout.write(f"  {row['channel']:<32} {score:<20} TTFT {ttft:<10} {cost}/100")
