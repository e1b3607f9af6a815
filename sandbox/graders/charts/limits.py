"""What may be drawn at all: so deep, so many rows, and nothing that stands outside the specification."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.graders.charts.find import Spec
from sandbox.graders.charts.findings import Finding, finding
from sandbox.graders.charts.tables import amount
from sandbox.graders.charts.units import Rows, rows_of

MOST_DEPTH = 48
MOST_ROWS = 2_000
# What a drawing has no use for: where a click leads, what an embedding page is told.
IDLE = ("$schema", "usermeta", "href")


def refuse(spec: Spec) -> Finding | None:
    """Why ``spec`` is not even tried; None when it may be. Its own data may stand elsewhere: they are never fetched."""
    rows = 0
    data = spec.get("data")
    own = {**spec, "data": {**data, "url": None}} if isinstance(data, dict) else spec
    for depth, key, value in _everything(own):
        if depth > MOST_DEPTH:
            return finding("too_deep")
        if key == "url" and value:
            return finding("outside_picture")
        if key == "sequence" and isinstance(value, dict):
            rows += _steps(value)
        if key in {"values", "datasets"} or isinstance(value, list):
            rows = max(rows, len(value) if isinstance(value, list | dict) else str(value).count("\n"))
        if rows > MOST_ROWS:
            return finding("too_many_rows", n=rows, most=MOST_ROWS)
    return None


def _everything(value: Any) -> Iterator[tuple[int, str, Any]]:
    """(depth, key, value) of all that a JSON value holds; no recursion, so that depth itself does no harm."""
    waiting: list[tuple[int, str, Any]] = [(0, "", value)]
    while waiting:
        depth, key, now = waiting.pop()
        yield depth, key, now
        if isinstance(now, dict):
            waiting += [(depth + 1, str(name), each) for name, each in now.items()]
        elif isinstance(now, list):
            waiting += [(depth + 1, "", each) for each in now]


def _steps(sequence: dict[str, Any]) -> int:
    """How many rows a sequence has; too many where that cannot be told."""
    start, stop, step = (
        amount(sequence.get(name, default)) for name, default in (("start", 0), ("stop", 0), ("step", 1))
    )
    return MOST_ROWS + 1 if start is None or stop is None or not step else int(abs((stop - start) / step))


def to_draw(spec: Spec, records: Rows | None) -> tuple[Spec, list[Finding]]:
    """``spec`` as it is drawn: data that stand elsewhere are not fetched; the question's rows take their place."""
    kept = _without_idle(spec)
    data = spec.get("data")
    datasets = spec.get("datasets")
    has_own = data is not None and (rows_of(data, datasets if isinstance(datasets, dict) else {}) or _generates(data))
    if has_own or (data is None and _has_data_below(spec)):
        return kept, []
    elsewhere = isinstance(data, dict) and bool(data.get("url"))
    said = [finding("data_elsewhere", url=str(data["url"])[:120])] if isinstance(data, dict) and elsewhere else []
    if records:
        return {**kept, "data": {"values": records}}, [*said, finding("questions_data")]
    kept.pop("data", None)
    return kept, said


def _generates(data: Any) -> bool:
    """Text to be parsed, or a sequence: data all the same."""
    return isinstance(data, dict) and (bool(data.get("sequence")) or isinstance(data.get("values"), str))


def _has_data_below(spec: Spec) -> bool:
    return any(key == "data" and isinstance(value, dict) for _, key, value in _everything(spec))


def _without_idle(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_idle(each) for name, each in value.items() if name not in IDLE}
    if isinstance(value, list):
        return [_without_idle(each) for each in value]
    return value
