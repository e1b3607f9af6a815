"""Whether a channel has been checked as it is now: joins the catalogue's submissions with the sandbox's runs."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from django.utils.translation import gettext as _

from catalog import onboarding
from catalog.models import Channel
from catalog.onboarding import Obstacle
from sandbox.models import ConformanceRun, Result, RunState
from sandbox.weighing import ESSENTIAL, title_of

AS_CHECKED = ("base_url", "protocol", "wire_name")
# A rerun of one check is no whole run.
FEWEST_CHECKS = 3


class Checked(NamedTuple):
    """A run and what it found: ``failing`` and ``warning`` are checks' slugs."""

    run: ConformanceRun
    passed: int
    warning: list[str]
    failing: list[str]
    not_applicable: int

    @property
    def failing_titles(self) -> list[str]:
        return [str(title_of(slug)) for slug in self.failing]

    @property
    def warning_titles(self) -> list[str]:
        return [str(title_of(slug)) for slug in self.warning]

    @property
    def grave(self) -> list[str]:
        """What nobody may look past: without it the channel cannot be tried."""
        return [slug for slug in self.failing if slug in ESSENTIAL]


def of_channel(channel: Channel) -> Checked | None:
    """The newest whole run that is over, of the channel's present address, protocol and name; None: there is none."""
    runs = channel.conformance_runs.filter(kind=ConformanceRun.Kind.FULL, state=RunState.DONE)
    now = {name: getattr(channel, name) for name in AS_CHECKED}
    for run in runs.order_by("-created_at")[:20]:
        if {name: run.facts.get(name) for name in AS_CHECKED} == now:
            found = of_run(run)
            if found.passed + len(found.warning) + len(found.failing) + found.not_applicable >= FEWEST_CHECKS:
                return found
    return None


def of_run(run: ConformanceRun) -> Checked:
    results = list(run.checks.order_by("position").values_list("slug", "result"))
    counts = Counter(result for _slug, result in results)
    return Checked(
        run,
        passed=counts[Result.PASS],
        warning=[slug for slug, result in results if result == Result.WARN],
        failing=[slug for slug, result in results if result == Result.FAIL],
        not_applicable=counts[Result.NOT_APPLICABLE],
    )


def obstacles(channel: Channel, checked: Checked | None) -> list[Obstacle]:
    """All that keeps the channel from being submitted, its checks (``of_channel``) last."""
    found = onboarding.obstacles(channel)
    if checked is None:
        message = _("It has not been checked wholly at its present address.")
        found.append(Obstacle("conformance", message, _("Run all checks."), "portal:api_check"))
    elif checked.grave:
        message = _("It fails checks without which it cannot be tried: %(checks)s.")
        told = {"checks": _(", ").join(str(title_of(slug)) for slug in checked.grave)}
        mend = _("Mend them and run all checks again.")
        found.append(Obstacle("conformance", message % told, mend, "portal:api_check"))
    return found
