"""Why a channel is off the list: the words of ``Channel.suspended_for``, and what visitors read."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By the schedule, after failed checks.
FAILING = "failing"
# Its people deleted the key: nothing can be asked until there is one again.
KEYLESS = "keyless"
# These end by themselves, once enough checks in a row have passed.
RETURNING = (FAILING, KEYLESS)
# Its address or protocol was changed: a draft again, until it is checked and approved.
MOVED = "moved"

# What an operator may give as the reason.
BY_HAND: dict[str, str | Promise] = {
    "facts": _("what it states of itself is not so"),
    "model": _("it seems to serve another model than it names"),
    "terms": _("its terms no longer allow trials here"),
    "abuse": _("it is used to mislead or to harm"),
    "request": _("its provider asked for a pause"),
    "other": _("an operator is looking into it"),
}
REASONS: dict[str, str | Promise] = {
    FAILING: _("it failed our checks again and again"),
    KEYLESS: _("its provider took back the key with which we call it"),
    MOVED: _("its address changed and is being checked again"),
    **BY_HAND,
}
