"""What is still to do until a provider's channels are listed, for its pages. A fixed number of queries for all APIs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import history
from catalog.live import origin_of
from catalog.models import Agreement, Api, Channel, Credential, Listing, Provider, Submission
from catalog.models.onboarding import SubmissionState
from marketplace.portal.adding import steps, terms
from sandbox.models import ConformanceRun
from sandbox.models.conformance import Result, RunState

DONE, NOW, OPEN, FAULT = "done", "now", "open", "fault"


class Need(NamedTuple):
    """One line of a checklist: ``state`` done, now (the next thing to do), open or fault; ``url`` may be empty."""

    key: str
    text: str
    state: str
    url: str


@dataclass(frozen=True, slots=True)
class ChannelTodo:
    channel: Channel
    needs: list[Need]
    run: ConformanceRun | None
    submission: Submission | None

    @property
    def next(self) -> Need | None:
        """What to do next; None: nothing, it is listed or waits for others."""
        return next((need for need in self.needs if need.state in {NOW, FAULT}), None)

    @property
    def is_complete(self) -> bool:
        return all(need.state == DONE for need in self.needs)


@dataclass(frozen=True, slots=True)
class ApiTodo:
    api: Api
    channels: list[ChannelTodo]
    done: frozenset[str]

    @property
    def next(self) -> Need | None:
        """The first step of the wizard that is open."""
        for step in steps.ORDER:
            url = steps.url_of(step, self.api.provider, self.api)
            if step not in self.done and url:
                return Need(step, steps.name_of(step), NOW, url)
        return None


@dataclass(frozen=True, slots=True)
class Todo:
    """Everything for a provider's overview; ``strays`` are channels that belong to no API (the site's own)."""

    provider: Provider
    apis: list[ApiTodo]
    strays: list[Channel]
    agreement: Agreement | None


def todo(provider: Provider) -> Todo:
    """All APIs and channels of a provider, each with what is still to do."""
    facts = _Facts(provider)
    apis = list(provider.apis.all())
    for api in apis:
        api.provider = provider
    told = [facts.of_api(api) for api in apis]
    return Todo(provider, told, [row for row in facts.channels if row.api_id is None], facts.agreement)


def of_api(api: Api) -> ApiTodo:
    return _Facts(api.provider, api=api).of_api(api)


def of_channel(channel: Channel) -> ChannelTodo:
    facts = _Facts(channel.provider, api=channel.api)
    found = next(row for row in facts.channels if row.pk == channel.pk)
    return facts.of_channel(found)


class _Facts:
    """What the checklists are made of, asked for once for all channels."""

    def __init__(self, provider: Provider, *, api: Api | None = None) -> None:
        self.provider = provider
        rows = provider.channels.filter(api=api) if api else provider.channels.all()
        rows = rows.select_related("model", "api").prefetch_related("prices", "scenarios")
        self.channels = list(rows.order_by("model__name", "slug"))
        for row in self.channels:
            row.provider = provider
        self.keys = dict(Credential.objects.filter(provider=provider).values_list("origin", "works"))
        self.agreement = terms.agreement_of(provider)
        self.runs = _newest_runs(self.channels)
        self.submissions = _newest_submissions(self.channels)
        self.today = timezone.localdate()

    def of_api(self, api: Api) -> ApiTodo:
        rows = [row for row in self.channels if row.api_id == api.pk]
        alive = [self.of_channel(row) for row in rows if row.listing != Listing.RETIRED]
        done = {"address", "limits"} if api.protocol else {"limits"}
        if self.keys.get(origin_of(api.base_url)):
            done.add("key")
        if alive:
            met = [{need.key for need in told.needs if need.state == DONE} for told in alive]
            everywhere = frozenset.intersection(*map(frozenset, met))
            done |= everywhere & {"models", "prices", "scenarios", "check", "submit"}
        if self.agreement:
            done.add("terms")
        retired = [self.of_channel(row) for row in rows if row.listing == Listing.RETIRED]
        return ApiTodo(api, [*alive, *retired], frozenset(done))

    def of_channel(self, channel: Channel) -> ChannelTodo:
        run, submission = self.runs.get(channel.pk), self.submissions.get(channel.pk)
        lines = [*self._stated(channel), _checked(channel, run), *_judged(channel, submission)]
        api = channel.api
        return ChannelTodo(
            channel, _marked([(line, self._url(line[0], channel, api)) for line in lines]), run, submission
        )

    def _stated(self, channel: Channel) -> Iterable[tuple[str, str, bool | None]]:
        works = self.keys.get(origin_of(channel.base_url))
        yield "key", _("The key works") if works else _("A key that works"), bool(works)
        name = {"name": channel.model.name}
        yield "models", _("The model is known: %(name)s") % name, True
        priced = history.in_force(list(channel.prices.all()), self.today) is not None
        yield "prices", _("A price is stated") if priced else _("A price, or that it is unknown"), priced
        chosen = bool(channel.scenarios.all())
        yield "scenarios", _("Scenarios are chosen") if chosen else _("At least one scenario"), chosen
        agreed = self.agreement is not None
        yield "terms", _("Trials and publication are agreed to") if agreed else _("The agreement to trials"), agreed

    def _url(self, key: str, channel: Channel, api: Api | None) -> str:
        if key == "prices":
            return reverse("portal:channel_prices", args=[self.provider.slug, channel.slug])
        if key == "check" and channel.pk in self.runs:
            return steps.address("sandbox:conformance", self.runs[channel.pk].code)
        return steps.url_of(key, self.provider, api) if api and key in steps.ORDER else ""


def _checked(channel: Channel, run: ConformanceRun | None) -> tuple[str, str, bool | None]:
    """None is a fault: to be mended, not merely done."""
    if run is None:
        return "check", _("The checks have not been run yet"), False
    if run.state in {RunState.WAITING, RunState.RUNNING}:
        return "check", _("The checks are running"), False
    fails = run.fails  # type: ignore[attr-defined]  # _newest_runs adds it
    if run.state == RunState.FAILED:
        return "check", _("The checks could not be finished"), None
    if fails:
        return "check", _("Failed checks: %(count)d") % {"count": fails}, None
    if any(run.facts.get(fact, value) != value for fact, value in _as_checked(channel).items()):
        return "check", _("The API changed since it was checked"), False
    return "check", _("The checks are passed"), True


def _as_checked(channel: Channel) -> dict[str, str]:
    return {"base_url": channel.base_url, "protocol": channel.protocol, "wire_name": channel.wire_name}


def _judged(channel: Channel, submission: Submission | None) -> Iterable[tuple[str, str, bool | None]]:
    listed = channel.listing in {Listing.LISTED, Listing.SUSPENDED}
    waiting = submission is not None and submission.state == SubmissionState.WAITING
    if listed or waiting:
        yield "submit", _("It is submitted"), True
        yield "approve", _("An operator approved it") if listed else _("An operator looks at it"), listed
    elif submission is not None and submission.state == SubmissionState.DECLINED:
        yield "submit", _("An operator declined it: %(reason)s") % {"reason": submission.reason}, None
        yield "approve", _("The approval by an operator"), False
    else:
        yield "submit", _("The submission to the operators"), False
        yield "approve", _("The approval by an operator"), False


def _marked(lines: Sequence[tuple[tuple[str, str, bool | None], str]]) -> list[Need]:
    """The first open line is what to do now, faults apart; what waits for an operator is nobody's to do."""
    needs, is_next = [], True
    for (key, text, state), url in lines:
        if state:
            needs.append(Need(key, text, DONE, url))
        elif state is None:
            needs.append(Need(key, text, FAULT, url))
            is_next = False
        else:
            needs.append(Need(key, text, NOW if is_next else OPEN, url))
            is_next = False
    return needs


def _newest_runs(channels: Sequence[Channel]) -> dict[int, ConformanceRun]:
    """The newest full run of each channel, with ``fails``."""
    newest = ConformanceRun.objects.filter(channel__in=channels, kind=ConformanceRun.Kind.FULL).order_by(
        "channel", "-created_at", "-pk"
    )
    rows = newest.annotate(fails=Count("checks", filter=Q(checks__result=Result.FAIL)))
    found: dict[int, ConformanceRun] = {}
    for run in rows:
        found.setdefault(run.channel_id, run)
    return found


def _newest_submissions(channels: Sequence[Channel]) -> dict[int, Submission]:
    rows = Submission.objects.filter(channel__in=channels).defer("facts").order_by("channel", "-submitted_at", "-pk")
    found: dict[int, Submission] = {}
    for submission in rows:
        found.setdefault(submission.channel_id, submission)
    return found
