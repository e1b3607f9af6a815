"""Trials of 25 paced channels as the site runs them: their rows, the runner in this process, and a real worker.

``python -m benchmarks.trials`` reads and answers the same lines as ``benchmarks.clients``, running the whole path on
the database and the Redis that its environment names.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from benchmarks.clients import CHANNELS, cpu_seconds

if TYPE_CHECKING:
    from sandbox.models import Trial

ANSWERED_WITHIN_S = 45.0
PAYER = "house:benchmark"


def set_up(env: dict[str, str]) -> None:
    """Make this process one of the site whose environment is given."""
    os.environ.update(env)
    import django

    django.setup()


class Course:
    """One scenario with 25 providers, and as many channels for each pace that is asked for."""

    def __init__(self) -> None:
        from tests.factories import make_prompt_set, make_provider, make_scenario

        self.scenario = make_scenario()
        self.prompts = make_prompt_set(scenario=self.scenario, prompts=1)
        self.providers = [make_provider() for _ in range(CHANNELS)]
        self.channels: dict[str, list[Any]] = {}

    def lay_out(self, model: str) -> Trial:
        """A trial of one prompt by 25 channels that stream at ``model``'s pace and admit any number of calls.

        Its money is held, so that the report settles it as it always does.
        """
        from marketplace.billing import ledger
        from tests.factories import make_channel, make_trial

        if model not in self.channels:
            free = {"max_parallel": 5_000, "calls_per_minute": 1_000_000}
            self.channels[model] = [make_channel(provider=each, wire_name=model, **free) for each in self.providers]
        trial = make_trial(scenario=self.scenario, prompt_set=self.prompts, channels=self.channels[model])
        money = {"currency": trial.currency, "amount": trial.ceiling}
        ledger.fund(owner=PAYER, transfer=trial.code, **money)
        ledger.hold(payer=PAYER, reference=trial.hold_reference, **money)
        return trial


def run(course: Course, *, model: str, trials: int, spread_s: float) -> dict[str, Any]:
    """One trial in this process, from taking its lease to its last saved answer."""
    from sandbox import loop, runner
    from sandbox.models import Answer, Trial, TrialState

    assert trials == 1
    laid_out = course.lay_out(model)
    cpu_s, began = cpu_seconds(), time.perf_counter()
    trial = Trial.objects.take(laid_out.pk, TrialState.RUNNING)
    assert trial
    loop.run(runner.run(trial))
    wall_ms, cpu_s = (time.perf_counter() - began) * 1000, cpu_seconds() - cpu_s
    rows = Answer.objects.of(trial).done().values_list("ttft_ms", "text")
    return {
        "walls_ms": [wall_ms],
        "ttfts_ms": [ttft for ttft, _ in rows],
        "cpu_s": cpu_s,
        "pieces": sum(len(text.split()) for _, text in rows),
    }


def ring(course: Course, *, model: str, trials: int, spread_s: float) -> dict[str, Any]:
    """Trials through a worker that somebody else has started: from the bell to the last saved answer of each.

    The worker goes on to judge them (nobody does) and to report, as always; returns when the last has ended.
    """
    from django.db.models import Max
    from django.utils import timezone

    from sandbox.models import Answer, Trial
    from sandbox.tasks import run_trial

    waiting = [course.lay_out(model) for _ in range(trials)]
    rung = {}
    began = time.monotonic()
    for number, trial in enumerate(waiting):
        time.sleep(max(0.0, began + spread_s * number / trials - time.monotonic()))
        rung[trial.pk] = timezone.now()
        run_trial.delay(trial.pk)
    give_up = time.monotonic() + ANSWERED_WITHIN_S
    while Trial.objects.open().filter(pk__in=rung).exists() and time.monotonic() < give_up:
        time.sleep(0.5)
    answers = Answer.objects.done().filter(contender__trial__in=rung)
    ended = dict(answers.values_list("contender__trial").annotate(Max("finished_at")))
    rows = list(answers.values_list("ttft_ms", "text"))
    return {
        "walls_ms": [(moment - rung[pk]).total_seconds() * 1000 for pk, moment in ended.items()],
        "ttfts_ms": [ttft for ttft, _ in rows],
        "pieces": sum(len(text.split()) for _, text in rows),
    }


def serve() -> None:
    course = Course()
    while line := sys.stdin.readline():
        print(json.dumps(run(course, **json.loads(line))), flush=True)


if __name__ == "__main__":
    set_up({})
    serve()
