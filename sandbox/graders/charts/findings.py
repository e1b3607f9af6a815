"""What can be wrong with a chart, as codes: the words for them are the report page's."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

LONGEST = 200
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# The chart does not show what it says, or shows nothing.
WRONG = frozenset(
    {
        "not_json",
        "too_large",
        "too_deep",
        "too_many_rows",
        "outside_picture",
        "unknown_mark",
        "unknown_type",
        "does_not_compile",
        "draws_nothing",
        "unknown_field",
        "field_without_values",
        "values_disagree",
        "not_numbers",
        "not_dates",
        "line_over_names",
        "negative_slices",
        "cut_axis",
        "log_of_zero",
    }
)
# It may mislead: somebody should look.
DOUBTFUL = frozenset(
    {
        "too_heavy",
        "too_slow",
        "dropped",
        "named_otherwise",
        "invented_values",
        "numbers_as_names",
        "many_slices",
        "many_colours",
        "log_bars",
        "rows_overlap",
        "two_scales",
    }
)
# Said so that the reader knows what was done.
NOTES = frozenset({"several", "data_elsewhere", "questions_data", "no_table", "no_renderer", "no_time"})


class Finding(NamedTuple):
    """A code with what it speaks of: plain JSON values."""

    code: str
    values: dict[str, Any]

    @property
    def level(self) -> str:
        """``wrong``, ``doubtful`` or ``note``."""
        if self.code in WRONG:
            return "wrong"
        return "doubtful" if self.code in DOUBTFUL else "note"


def finding(code: str, **values: Any) -> Finding:
    if code not in WRONG | DOUBTFUL | NOTES:
        raise KeyError(code)
    return Finding(code, {name: _kept(value) for name, value in values.items()})


def _kept(value: Any) -> Any:
    """A stranger's text without what no database keeps, and no longer than is read."""
    if isinstance(value, str):
        return UNSEEN.sub("", value)[:LONGEST]
    return [_kept(each) for each in value] if isinstance(value, list) else value
