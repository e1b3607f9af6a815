"""What a machine found about an answer's chart, in the reader's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from sandbox.wording import Facts

VEGA_LITE, NONE = "vega-lite", "none"
LEVELS = ("wrong", "doubtful", "note")


@dataclass(frozen=True)
class Remark:
    """A finding in a sentence; ``level`` is wrong, doubtful or note."""

    level: str
    text: str


@dataclass(frozen=True)
class Chart:
    """``summary`` says what was checked; ``has_picture`` whether a drawing can be shown."""

    summary: str
    remarks: list[Remark]
    has_picture: bool


def told(chart: Facts | None, *, is_asked_for: bool) -> Chart | None:
    """None where there is nothing to say: an answer without a chart to a question without that wish."""
    if chart is None or (chart["language"] == NONE and not is_asked_for):
        return None
    findings = sorted(chart["findings"], key=lambda each: LEVELS.index(each["level"]))
    remarks = [Remark(each["level"], remark(each["code"], each["values"])) for each in findings]
    return Chart(summary(chart), remarks, bool(chart["picture"]))


def summary(chart: Facts) -> str:
    if chart["language"] == NONE:
        return _("The advice is in words alone: there is no chart that a machine could check.")
    if chart["language"] != VEGA_LITE:
        return _("The chart is written for %(language)s: recognised, not checked.") % {"language": chart["language"]}
    problems = sum(each["level"] != "note" for each in chart["findings"])
    if chart["compiles"] is False:
        return _("Vega-Lite, checked by machine: it does not compile.")
    if chart["compiles"] is None:
        return _("Vega-Lite, checked by machine: it could not be drawn.")
    if problems:
        counted = ngettext(
            "Vega-Lite, checked by machine: it compiles; %(n)d thing to look at.",
            "Vega-Lite, checked by machine: it compiles; %(n)d things to look at.",
            problems,
        )
        return counted % {"n": problems}
    return _("Vega-Lite, checked by machine: it compiles, its fields exist, and marks and scales suit them.")


def remark(code: str, values: dict[str, Any]) -> str:
    """A finding as a sentence; a code that this version does not know stands for itself."""
    if code not in SENTENCES:
        return code
    return _(SENTENCES[code]) % _Values({name: _shown(value) for name, value in values.items()})


class _Values(dict[str, Any]):
    """What a sentence speaks of; a value that an older report lacks is a question mark."""

    def __missing__(self, name: str) -> str:
        return "?"


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return _(", ").join(str(_shown(each)) for each in value)
    return f"{value:,g}" if isinstance(value, float) else "?" if value is None else value


SENTENCES = {
    "not_json": gettext_noop("It is not valid JSON (line %(line)s)."),
    "too_large": gettext_noop("It is larger than %(most)s bytes and was not read."),
    "too_deep": gettext_noop("It is nested too deeply and was not drawn."),
    "too_many_rows": gettext_noop("It has more than %(most)s rows and was not drawn."),
    "outside_picture": gettext_noop("It needs pictures or data from other addresses, which are never fetched."),
    "unknown_mark": gettext_noop("Vega-Lite has no mark “%(mark)s”."),
    "unknown_type": gettext_noop("“%(type)s”, given for the field “%(field)s”, is no type of Vega-Lite."),
    "does_not_compile": gettext_noop("The compiler says: %(why)s"),
    "draws_nothing": gettext_noop("No field is put on any axis, so nothing is shown."),
    "unknown_field": gettext_noop("The field “%(field)s” is not in the question's data (%(fields)s)."),
    "field_without_values": gettext_noop("The field “%(field)s” is not in the chart's own data (%(fields)s)."),
    "values_disagree": gettext_noop("%(key)s, %(field)s: the chart says %(says)s, the question %(holds)s."),
    "not_numbers": gettext_noop("“%(field)s” is shown as a quantity, but holds words such as “%(example)s”."),
    "not_dates": gettext_noop("“%(field)s” is shown as time, but holds “%(example)s”."),
    "line_over_names": gettext_noop(
        "A line joins names that have no order (%(examples)s): between them there is nothing."
    ),
    "negative_slices": gettext_noop("Slices of a pie cannot be negative (“%(field)s”)."),
    "cut_axis": gettext_noop("The axis of “%(field)s” does not start at zero, so the bars exaggerate the differences."),
    "log_of_zero": gettext_noop("“%(field)s” holds %(value)s, which has no place on a logarithmic scale."),
    "too_heavy": gettext_noop("Drawing it took too much memory, or the picture is too large to keep."),
    "too_slow": gettext_noop("Drawing it took too long and was stopped."),
    "dropped": gettext_noop("The compiler warns: %(what)s"),
    "named_otherwise": gettext_noop("The question calls the field “%(field)s” “%(column)s”."),
    "invented_values": gettext_noop(
        "%(n)s of %(of)s numbers are neither the question's, nor one step from them, nor worked out in the answer "
        "(such as %(examples)s)."
    ),
    "numbers_as_names": gettext_noop(
        "“%(field)s” holds amounts, but is treated as names: distances on the axis mean nothing."
    ),
    "many_slices": gettext_noop("%(n)s slices are more than an eye can compare."),
    "many_colours": gettext_noop("“%(field)s” needs %(n)s colours, more than an eye can tell apart."),
    "log_bars": gettext_noop("Bars on a logarithmic scale: their lengths mean nothing (“%(field)s”)."),
    "rows_overlap": gettext_noop("%(n)s rows fall on one place (%(place)s) without a sum, a mean or a split."),
    "two_scales": gettext_noop("Two independent scales share one axis: where the lines cross means nothing."),
    "several": gettext_noop("The answer has %(n)s specifications; the last one was checked."),
    "data_elsewhere": gettext_noop("It names data at another address (%(url)s), which are never fetched."),
    "questions_data": gettext_noop("It brings no data of its own; the picture shows the question's table."),
    "no_table": gettext_noop("The question has no table, so fields and numbers could not be compared with it."),
    "no_renderer": gettext_noop("No renderer is installed here, so it was not drawn."),
    "no_time": gettext_noop("There was no time left to draw it."),
}
