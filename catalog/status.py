"""What the status page says, from probes alone: a part that nobody asked is unknown, never well."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Max, Q
from django.db.models.functions import TruncDate, TruncHour
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.kept import Kept
from catalog.models import Probe, Provider

HOURS, DAYS = 24, 30
CELL_WIDTH, CELL_GAP = 10, 2
# Older than this many rounds, a probe says nothing about now.
ROUNDS = 3
NOBODY = (0, 0)
OWN_PARTS = (Probe.DATABASE, Probe.REDIS, Probe.WORKER)


class Cell(NamedTuple):
    """An hour or a day: how many probes there were, and how many were answered. ``x`` is where it is drawn."""

    x: int
    asked: int
    answered: int

    @property
    def share(self) -> float | None:
        return self.answered / self.asked if self.asked else None

    @property
    def percent(self) -> str:
        """``99.6 %``, rounded down: never 100 % unless all answered."""
        thousandths = self.answered * 1000 // self.asked if self.asked else 0
        return f"{thousandths / 10:g} %"

    @property
    def state(self) -> str:
        """``none``: nobody asked; ``ok``: all answered; ``some``; ``fault``: none did."""
        if not self.asked:
            return "none"
        if self.answered == self.asked:
            return "ok"
        return "some" if self.answered else "fault"


@dataclass(frozen=True, slots=True)
class Bar:
    """A span of time, cell by cell, the oldest first; ``unit`` is what a cell is."""

    cells: Sequence[Cell]
    unit: str

    @property
    def whole(self) -> Cell:
        """All of it as one."""
        asked, answered = sum(cell.asked for cell in self.cells), sum(cell.answered for cell in self.cells)
        return Cell(0, asked, answered)

    @property
    def width(self) -> int:
        return len(self.cells) * CELL_WIDTH - CELL_GAP

    @property
    def blanks(self) -> int:
        """Hours or days in which nobody asked, since somebody began to."""
        begun = next((place for place, cell in enumerate(self.cells) if cell.asked), len(self.cells))
        return sum(not cell.asked for cell in self.cells[begun:])

    @property
    def blanks_text(self) -> str:
        if self.unit == "hour":
            said = ngettext("nobody asked in %(n)d hour", "nobody asked in %(n)d hours", self.blanks)
        else:
            said = ngettext("nobody asked on %(n)d day", "nobody asked on %(n)d days", self.blanks)
        return said % {"n": self.blanks}


@dataclass(frozen=True, slots=True)
class Part:
    """One part as the page shows it. ``last`` None: it was never asked."""

    subject: str
    title: str
    note: str
    last: Probe | None
    is_recent: bool
    hours: Bar
    days: Bar

    @property
    def state(self) -> str:
        if self.last is None or not self.is_recent:
            return "unknown"
        return "ok" if self.last.ok else "fault"

    @property
    def took(self) -> str:
        """``0.2 ms``, ``312 ms``"""
        ms = self.last.ms if self.last else None
        return "" if ms is None else f"{ms:.1f} ms" if ms < 10 else f"{ms:,.0f} ms"


@dataclass(frozen=True, slots=True)
class Status:
    """Everything at ``at``. ``overall`` is about the site's own parts alone."""

    at: datetime
    own: list[Part]
    providers: list[Part]
    simulated: list[Part]

    @property
    def overall(self) -> str:
        states = {part.state for part in self.own}
        if "fault" in states:
            return "fault"
        return "unknown" if "unknown" in states else "ok"

    @property
    def is_empty(self) -> bool:
        return all(part.last is None for part in [*self.own, *self.providers, *self.simulated])


class Found(NamedTuple):
    """What all probes up to one say: by subject, the hours and days with how many were asked and answered."""

    by_hour: dict[str, dict[Any, tuple[int, int]]]
    by_day: dict[str, dict[Any, tuple[int, int]]]
    last: dict[str, Probe]


# Months of probes take a second to count, and a new one comes every few minutes.
_found: Kept[Found] = Kept()


def now() -> Status:
    """Two queries, and three more when a probe has come or an hour begun."""
    at = timezone.now()
    hour = timezone.localtime(at).replace(minute=0, second=0, microsecond=0)
    hours = [hour - timedelta(hours=back) for back in reversed(range(HOURS))]
    midnight = hour.replace(hour=0)
    days = [midnight - timedelta(days=back) for back in reversed(range(DAYS))]
    newest = Probe.objects.order_by("-pk").values_list("pk", "subject", "at").first()
    by_hour, by_day, last = _found.under((newest, hour), lambda: _count(since_hour=hours[0], since_day=days[0]))
    titles, notes = titles_of_parts(), notes_of_parts()
    names = {f"{Probe.PROVIDER}{row.slug}": row.name for row in _asked_providers(last)}

    def part(subject: str, every_s: float) -> Part:
        found = last.get(subject)
        return Part(
            subject=subject,
            title=titles.get(subject) or names[subject],
            note=notes.get(subject, ""),
            last=found,
            is_recent=found is not None and at - found.at < timedelta(seconds=ROUNDS * every_s),
            hours=_bar("hour", [by_hour.get(subject, {}).get(start, NOBODY) for start in hours]),
            days=_bar("day", [by_day.get(subject, {}).get(start.date(), NOBODY) for start in days]),
        )

    return Status(
        at=at,
        own=[part(subject, settings.PROBE_EVERY_S) for subject in OWN_PARTS],
        providers=[part(subject, settings.PROBE_PROVIDERS_EVERY_S) for subject in sorted(names)],
        simulated=[part(Probe.SIMULATORS, settings.PROBE_EVERY_S)] if Probe.SIMULATORS in last else [],
    )


def titles_of_parts() -> dict[str, str]:
    return {
        Probe.DATABASE: _("Database"),
        Probe.REDIS: _("Live streams and queue (Redis)"),
        Probe.WORKER: _("Workers"),
        Probe.SIMULATORS: _("Simulated providers"),
    }


def notes_of_parts() -> dict[str, str]:
    return {
        Probe.DATABASE: _("One question, and its answer."),
        Probe.REDIS: _("A ping, and its echo."),
        Probe.WORKER: _("A task is queued; the time is how long it waited for a worker."),
        Probe.SIMULATORS: _("Their list of models, asked for as any provider's."),
    }


def _bar(unit: str, counts: Iterable[tuple[int, int]]) -> Bar:
    return Bar([Cell(place * CELL_WIDTH, *each) for place, each in enumerate(counts)], unit)


def _count(*, since_hour: datetime, since_day: datetime) -> Found:
    return Found(
        _counted(Probe.objects.filter(at__gte=since_hour).annotate(start=TruncHour("at"))),
        _counted(Probe.objects.filter(at__gte=since_day).annotate(start=TruncDate("at"))),
        _last(),
    )


def _counted(probes: Any) -> dict[str, dict[Any, tuple[int, int]]]:
    found: dict[str, dict[Any, tuple[int, int]]] = defaultdict(dict)
    rows = probes.order_by().values_list("subject", "start")
    for subject, start, asked, answered in rows.annotate(asked=Count("pk"), answered=Count("pk", filter=Q(ok=True))):
        found[subject][start] = (asked, answered)
    return found


def _last() -> dict[str, Probe]:
    newest = Probe.objects.order_by().values("subject").annotate(newest=Max("at"))
    pairs = {(row["subject"], row["newest"]) for row in newest}
    if not pairs:
        return {}
    times = {when for _subject, when in pairs}
    rows = Probe.objects.filter(at__in=times).order_by("pk")
    return {probe.subject: probe for probe in rows if (probe.subject, probe.at) in pairs}


def _asked_providers(last: Iterable[str]) -> Iterable[Provider]:
    slugs = [subject.removeprefix(Probe.PROVIDER) for subject in last if subject.startswith(Probe.PROVIDER)]
    return Provider.objects.listed().filter(slug__in=slugs, is_simulated=False) if slugs else []
