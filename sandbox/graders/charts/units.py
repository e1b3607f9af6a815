"""Walks a Vega-Lite specification down to its single pictures: mark, encoding, data, and the fields that they name."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.graders.charts.find import Spec

Rows = list[dict[str, Any]]
PARTS = ("layer", "hconcat", "vconcat", "concat")
MOST_UNITS = 60
SHORT_KINDS = {"q": "quantitative", "t": "temporal", "o": "ordinal", "n": "nominal"}
DATUM = re.compile(r"\bdatum(?:\.([^\W\d]\w*)|\[\s*(?:'([^']{1,80})'|\"([^\"]{1,80})\")\s*\])")


@dataclass(frozen=True)
class Field:
    """A field as a channel shows it; ``kind`` is quantitative, temporal, ordinal or nominal, or a word that is none."""

    channel: str
    name: str
    kind: str
    definition: dict[str, Any]

    @property
    def is_counted(self) -> bool:
        """Values are put together first: what is drawn is not the field's own numbers."""
        return bool(self.definition.get("aggregate") or self.definition.get("bin") or self.definition.get("timeUnit"))


@dataclass(frozen=True)
class Unit:
    """One picture. ``rows`` is None where its data do not stand in the specification.

    ``made`` are fields that transforms make; with ``makes_any`` nobody can tell which (a pivot names them by its data).
    """

    rows: Rows | None = None
    mark: str = ""
    mark_definition: dict[str, Any] = field(default_factory=dict)
    encoding: dict[str, Any] = field(default_factory=dict)
    used: tuple[str, ...] = ()
    made: frozenset[str] = frozenset()
    makes_any: bool = False
    regroups: bool = False
    repeated: dict[str, list[str]] = field(default_factory=dict)
    facets: tuple[Field, ...] = ()

    @property
    def fields(self) -> list[Field]:
        """Every field that a channel shows."""
        found = [one for channel, what in self.encoding.items() for one in self.fields_of(channel, what)]
        return [*found, *self.facets]

    def fields_of(self, channel: str, what: Any) -> Iterator[Field]:
        for definition in what if isinstance(what, list) else [what]:
            if not isinstance(definition, dict):
                continue
            for name in self.names_of(definition.get("field")):
                yield Field(channel, name, kind_of(definition), definition)
            conditions = definition.get("condition")
            for condition in conditions if isinstance(conditions, list) else [conditions]:
                if isinstance(condition, dict) and isinstance(condition.get("field"), str):
                    yield Field(channel, plain_name(condition["field"]), kind_of(condition), condition)

    def names_of(self, name: Any) -> list[str]:
        if isinstance(name, str):
            return [plain_name(name)]
        if isinstance(name, dict) and isinstance(name.get("repeat"), str):
            return self.repeated.get(name["repeat"], [])
        return []

    def field_at(self, *channels: str) -> Field | None:
        """What the first of these channels shows."""
        return next((one for name in channels for one in self.fields if one.channel == name), None)

    @property
    def names(self) -> list[str]:
        """Every field that the picture rests on, channels first."""
        return list(dict.fromkeys([*(one.name for one in self.fields), *self.used]))


def plain_name(name: str) -> str:
    r"""``a\.b`` and ``['a.b']`` are the field "a.b"."""
    bracketed = re.fullmatch(r"\[\s*['\"](.+)['\"]\s*\]", name)
    return (bracketed[1] if bracketed else name).replace("\\", "")


def kind_of(definition: dict[str, Any]) -> str:
    """The type that a channel has, or takes on when none is given."""
    if kind := str(definition.get("type") or ""):
        return SHORT_KINDS.get(kind.lower(), kind)
    if definition.get("timeUnit"):
        return "temporal"
    return "quantitative" if definition.get("aggregate") or definition.get("bin") else "nominal"


def units(spec: Spec) -> list[Unit]:
    """The pictures of ``spec``, each with what it has from the levels above."""
    datasets = spec.get("datasets")
    found: list[Unit] = []
    for unit in _walk(spec, Unit(), datasets if isinstance(datasets, dict) else {}):
        found.append(unit)
        if len(found) == MOST_UNITS:
            break
    return found


def _walk(node: Any, above: Unit, datasets: dict[str, Any]) -> Iterator[Unit]:
    if not isinstance(node, dict):
        return
    here = _with_facets(_with_encoding(_with_transforms(_with_data(above, node, datasets), node), node), node)
    parts = next((node[name] for name in PARTS if isinstance(node.get(name), list)), None)
    if parts is not None:
        for part in parts:
            yield from _walk(part, here, datasets)
    elif isinstance(node.get("spec"), dict):
        yield from _walk(node["spec"], here, datasets)
    elif "mark" in node:
        mark = node["mark"]
        definition = mark if isinstance(mark, dict) else {"type": mark}
        yield replace(here, mark=str(definition.get("type", "")), mark_definition=definition)


def _with_data(above: Unit, node: dict[str, Any], datasets: dict[str, Any]) -> Unit:
    if "data" not in node:
        return above
    fresh = replace(above, used=(), made=frozenset(), makes_any=False, regroups=False)
    return replace(fresh, rows=rows_of(node["data"], datasets), makes_any=_makes_data(node["data"]))


def _makes_data(data: Any) -> bool:
    return isinstance(data, dict) and any(name in data for name in ("sequence", "sphere", "graticule"))


def rows_of(data: Any, datasets: dict[str, Any]) -> Rows | None:
    """The rows that stand in ``data`` itself; None where there are none."""
    if not isinstance(data, dict):
        return None
    values = data.get("values", datasets.get(str(data.get("name", ""))))
    if isinstance(values, str):
        values = _parsed(values, data.get("format"))
    if isinstance(values, dict):
        values = [values]
    if not isinstance(values, list) or not values:
        return None
    return [value if isinstance(value, dict) else {"data": value} for value in values]


def _parsed(text: str, form: Any) -> Any:
    """Rows that stand in the specification as one text."""
    kind = form.get("type", "json") if isinstance(form, dict) else "json"
    if kind in {"csv", "tsv"}:
        lines = csv.DictReader(io.StringIO(text.strip()), delimiter="\t" if kind == "tsv" else ",")
        return [{str(name): value for name, value in row.items()} for row in lines]
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _with_encoding(above: Unit, node: dict[str, Any]) -> Unit:
    encoding = node.get("encoding")
    return replace(above, encoding={**above.encoding, **encoding}) if isinstance(encoding, dict) else above


def _with_facets(above: Unit, node: dict[str, Any]) -> Unit:
    repeat, facet = node.get("repeat"), node.get("facet")
    repeated = {"repeat": repeat} if isinstance(repeat, list) else repeat if isinstance(repeat, dict) else {}
    names = {key: [str(name) for name in each] for key, each in repeated.items() if isinstance(each, list)}
    facets = tuple(above.fields_of("facet", facet)) if isinstance(facet, dict) else ()
    if isinstance(facet, dict):
        facets += tuple(one for way in ("row", "column") for one in above.fields_of(way, facet.get(way)))
    return replace(above, repeated={**above.repeated, **names}, facets=above.facets + facets)


def _with_transforms(above: Unit, node: dict[str, Any]) -> Unit:
    transforms = node.get("transform")
    used, made = list(above.used), set(above.made)
    makes_any, regroups = above.makes_any, above.regroups
    for step in transforms if isinstance(transforms, list) else []:
        if not isinstance(step, dict):
            continue
        used += [name for name in _read_by(step) if name not in made]
        made |= _made_by(step)
        makes_any |= "pivot" in step or "lookup" in step
        regroups |= not set(step) <= {"calculate", "as", "filter"} or "filter" in step
    return replace(above, used=tuple(used), made=frozenset(made), makes_any=makes_any, regroups=regroups)


def _read_by(step: dict[str, Any]) -> list[str]:
    """The fields that a transform reads."""
    names: list[Any] = []
    for key in ("fold", "flatten", "groupby", "pivot", "density", "regression", "on", "loess", "quantile", "impute"):
        value = step.get(key)
        names += value if isinstance(value, list) else [value]
    names += [step.get(key) for key in ("field", "stack", "key", "value") if isinstance(step.get(key), str)]
    for key in ("aggregate", "joinaggregate", "window", "sort"):
        each = step.get(key)
        names += [one.get("field") for one in each if isinstance(one, dict)] if isinstance(each, list) else []
    names += _in_expression(step.get("calculate")) + _in_expression(step.get("filter"))
    return [plain_name(name) for name in names if isinstance(name, str) and name]


def _in_expression(what: Any) -> list[str]:
    """``datum.name`` in an expression, and the fields of a filter, however it nests."""
    if isinstance(what, str):
        return [next(filter(None, match.groups())) for match in DATUM.finditer(what)]
    if isinstance(what, dict):
        own = [what["field"]] if isinstance(what.get("field"), str) else []
        return own + [name for key in ("and", "or", "not") for name in _in_expression(what.get(key))]
    if isinstance(what, list):
        return [name for each in what for name in _in_expression(each)]
    return []


DEFAULTS = {
    "fold": ("key", "value"),
    "density": ("value", "density"),
    "quantile": ("prob", "value"),
}


def _made_by(step: dict[str, Any]) -> set[str]:
    """The fields that a transform makes."""
    named = step.get("as")
    made = {named} if isinstance(named, str) else {str(name) for name in named} if isinstance(named, list) else set()
    for key, names in DEFAULTS.items():
        if key in step and not made:
            made |= set(names)
    for key in ("aggregate", "joinaggregate", "window"):
        each = step.get(key)
        made |= (
            {str(one["as"]) for one in each if isinstance(one, dict) and "as" in one}
            if isinstance(each, list)
            else set()
        )
    if "bin" in step and isinstance(named, str):
        made.add(f"{named}_end")
    return made
