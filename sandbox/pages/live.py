"""What the live page shows: the database's rows, and the texts that are still under way.

A blind trial's names, prices' sources and providers stay out of it until the trial has ended.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Channel
from marketplace.money import SIGNS
from sandbox import live, pictures, reports
from sandbox.models import Answer, Report, Score, Trial
from sandbox.wire.types import Kind

COMPACT_FROM = 8  # more cards than this are shown smaller
QUIET_S = 20  # after this long without an event the page asks the database


def context(trial: Trial) -> dict[str, Any]:
    """What the template needs besides the trial: the snapshot, the script's words, and where to go on from."""
    snapshot = state(trial)
    return {
        "state": snapshot,
        "words": words(),
        "progress": progress(snapshot["answers"]),
        "addresses": addresses(trial),
        "quiet_ms": QUIET_S * 1000,
        "has_pictures": any(prompt["pictures"] for prompt in snapshot["prompts"]),
        "is_compact": len(snapshot["contenders"]) > COMPACT_FROM,
    }


def state(trial: Trial) -> dict[str, Any]:
    """The whole trial as the page's script reads it; JSON-ready."""
    shot = live.snapshot(trial.code) if trial.is_open else live.Snapshot()
    answers = list(Answer.objects.of(trial).order_by("prompt__position", "prompt_id", "repeat", "contender_id"))
    scores = _scores(trial)
    return {
        "code": trial.code,
        "state": trial.state,
        "problem": trial.problem,
        "after": shot.last_id,
        "currency": SIGNS.get(trial.currency, f"{trial.currency} "),
        "elapsed_ms": _elapsed_ms(trial),
        "left_ms": max(0, round((trial.deadline - timezone.now()).total_seconds() * 1000)) if trial.is_open else 0,
        "attended": _attended(trial),
        "contenders": _named(trial),
        "prompts": _prompts(trial, answers),
        "answers": [_answer(each, shot, scores[each.pk]) for each in answers],
        "verdict": reports.interim(trial),
        "rounds": _rounds(trial, answers),
        "report": _report_address(trial),
    }


def progress(answers: list[dict[str, Any]]) -> str:
    """``12 of 48 answers``: what the page says until its script counts for itself."""
    ended = sum(each["state"] in ("done", "failed") for each in answers)
    return _("{done} of {all} answers").format(done=ended, all=len(answers))


def addresses(trial: Trial) -> dict[str, str]:
    return {
        "events": reverse("api:trial_events", args=[trial.code]),
        "state": reverse("sandbox:trial_state", args=[trial.code]),
    }


def _named(trial: Trial) -> list[dict[str, Any]]:
    """The contenders; under a blind trial's labels until it has ended. Namesakes are told apart by their providers."""
    rows = list(trial.contenders.select_related("channel__provider", "channel__model").order_by("pk"))
    if trial.is_blind and trial.is_open:
        names = {row.pk: _("Channel %(label)s") % {"label": row.label} for row in rows}
    else:
        known = Counter(row.channel.name for row in rows)
        names = {row.pk: _name(row.channel, is_alone=known[row.channel.name] == 1) for row in rows}
    return [{"id": row.pk, "name": names[row.pk], "simulated": row.channel.is_simulated} for row in rows]


def _name(channel: Channel, *, is_alone: bool) -> str:
    return channel.name if is_alone else f"{channel.name} ({channel.provider.name})"


def _prompts(trial: Trial, answers: list[Answer]) -> list[dict[str, Any]]:
    """The prompts that this trial asks, which may be fewer than its set has; an adaptive trial's as it asks them."""
    asked = {answer.prompt_id for answer in answers}
    rows = list(pictures.with_outlines(trial.prompt_set.prompts.filter(pk__in=asked).order_by("position", "pk")))
    if trial.plan:
        rows.sort(key=lambda row: trial.plan.index(row.pk))
    return [
        {"id": row.pk, "title": row.title, "text": row.text, "pictures": pictures.shown(row, code=trial.code)}
        for row in rows
    ]


def _rounds(trial: Trial, answers: list[Answer]) -> dict[str, Any] | None:
    """An adaptive trial's rounds, who rests since when, and the calls that were saved so far; None if fixed."""
    if trial.mode != Trial.Mode.ADAPTIVE:
        return None
    rounds = list(trial.rounds.all())
    begun = trial.plan if not trial.is_open else [pk for each in rounds for pk in each.prompts]
    everybody = trial.contenders.count() * len(begun) * trial.repeats
    return {
        "number": rounds[-1].number,
        "resting": [{"round": each.number, "contenders": each.resting} for each in rounds if each.looked_at],
        "saved": everybody - len(answers),
        "most": len(trial.plan),
    }


def _answer(answer: Answer, shot: live.Snapshot, scores: dict[str, float | None]) -> dict[str, Any]:
    text, reasoning = shot.texts.get(answer.pk, ("", "")) if answer.is_open else (answer.text, answer.reasoning)
    under_way = "streaming" if text or reasoning else ("sent" if answer.sent_at else "waiting")
    return {
        "id": answer.pk,
        "contender": answer.contender_id,
        "prompt": answer.prompt_id,
        "repeat": answer.repeat,
        "state": under_way if answer.is_open else answer.state,
        "error_kind": answer.error_kind,
        "text": text,
        "reasoning": reasoning,
        "ttft_ms": answer.ttft_ms,
        "output_tps": answer.output_tps,
        "output_tokens": answer.output_tokens,
        "charge": _plain(answer.charge),
        "scores": scores,
    }


def _scores(trial: Trial) -> dict[int, dict[str, float | None]]:
    """By answer, then by dimension; several judges of one dimension are averaged."""
    found: defaultdict[int, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    rows = Score.objects.filter(answer__contender__trial=trial)
    for answer, dimension, value in rows.values_list("answer_id", "dimension__slug", "value"):
        if value is not None:
            found[answer][dimension].append(value)
    scores: defaultdict[int, dict[str, float | None]] = defaultdict(dict)
    for answer, dimensions in found.items():
        scores[answer] = {slug: sum(values) / len(values) for slug, values in dimensions.items()}
    return scores


def _attended(trial: Trial) -> bool:
    """Whether a worker holds the trial, or had no time yet to take it."""
    now = timezone.now()
    if trial.lease_until and trial.lease_until > now:
        return True
    return (now - (trial.rung_at or trial.created_at)).total_seconds() < QUIET_S


def _elapsed_ms(trial: Trial) -> int:
    return round(((trial.finished_at or timezone.now()) - trial.created_at).total_seconds() * 1000)


def _report_address(trial: Trial) -> str:
    report = Report.objects.filter(trial=trial, revoked_at__isnull=True).first()
    return report.get_absolute_url() if report else ""


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def words() -> dict[str, Any]:
    """Every word the page's script may say, in the reader's language; {braces} are filled in by the script."""
    return {
        "states": {
            "waiting": _("waiting"),
            "sent": _("asked"),
            "thinking": _("thinking"),
            "streaming": _("writing"),
            "retrying": _("again in {seconds} s"),
            "done": _("done"),
            "scored": _("scored"),
            "failed": _("failed"),
        },
        "errors": error_words(),
        "stages": {
            "running": _("The channels are answering."),
            "judging": _("All answers are in; they are being scored."),
            "reporting": _("The report is being written."),
            "done": _("Done: the report is ready."),
            "cancelled": _("Stopped. What had arrived is kept."),
            "failed": _("The trial failed. What had arrived is kept."),
        },
        "failed_text": _("No full answer: {error}. It counts as a failure of this channel."),
        "cut_text": _("Not a full answer: {error}. What arrived is kept, and it counts as a failure of this channel:"),
        "blameless_text": _("No full answer: {error}. This does not count against the channel."),
        "prompt_of": _("Prompt {number} of {all}"),
        "colon": _(": "),
        "progress": _("{done} of {all} answers"),
        "ttft": _("TTFT {value} ms"),
        "tps": _("{value} tok/s"),
        "tokens": _("{value} tok"),
        "reasoning": _("Thinking"),
        "no_answer": _("This channel was not asked this prompt."),
        "picture": _("[picture: {alt}]"),
        "open_picture": _("Open the picture in full size: {alt}"),
        "clipped": _("The rest is not shown here; the report has all of it."),
        "reconnecting": _("The connection was lost; trying again …"),
        "unattended": _(
            "No worker is on this trial just now. It is picked up again by itself, and ends in {minutes} min at the "
            "latest; every answer that has arrived is safe."
        ),
        "stopping": _("Stopping …"),
        "so_far": _("Prompts scored: {scored} · of 10, 90 % intervals"),
        "waiting_scores": _("Scores appear here as they come."),
        "no_scores": _("Nothing was scored."),
        "one": _("{leader} is at {score} so far"),
        "leads": _("{leader} leads {second} by {lead}"),
        "clear": _("{leader} leads {second} by {lead}, clearly"),
        "early": _("{leader} leads {second} by {lead}, too early to say"),
        "tie": _("{leader} and {second} are level"),
        "score": _("{name}: {score} of 10, between {low} and {high}"),
        "score_alone": _("{name}: {score} of 10"),
        "report": _("Read the report"),
        "repeat": _("Answer {number}"),
        "round": _("Round {number}; at most {most} prompts. {saved} calls saved so far."),
        "resting": _("resting"),
        "resting_text": _("Not asked on after round {round}: it could hardly win any more."),
        "started": _("The comparison has started: {all} answers are awaited."),
        "finished": _("The comparison has ended. {stage}"),
    }


def error_words() -> dict[str, str]:
    """A word or two for each way a call can fail, for a card's corner."""
    return {
        Kind.REFUSED: _("refused"),
        Kind.UNAUTHORISED: _("key not accepted"),
        Kind.NOT_FOUND: _("not found"),
        Kind.INVALID: _("request not accepted"),
        Kind.TOO_LONG: _("prompt too long"),
        Kind.RATE_LIMITED: _("rate limited"),
        Kind.OVERLOADED: _("overloaded"),
        Kind.TIMEOUT: _("timed out"),
        Kind.CONNECT: _("no connection"),
        Kind.TLS: _("no secure connection"),
        Kind.CUT_OFF: _("cut off"),
        Kind.MALFORMED: _("unreadable reply"),
        Kind.TOO_LARGE: _("too much text"),
        Kind.BLOCKED_ADDRESS: _("address blocked"),
        Kind.CONTENT_FILTERED: _("filtered"),
        Kind.CANCELLED: _("stopped"),
        Kind.INTERNAL: _("our own fault"),
    }
