"""Parameters that a channel was not sent, in words: its dialect has none, or its checks found that it refuses them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _


def left_out(names: Iterable[str]) -> list[str]:
    """A sentence for each name of ``Outcome.dropped``."""
    said = {
        "temperature": _("temperature: this API does not take it, and uses its own"),
        "stream_options": _("stream_options: this API does not take it; where it reports no tokens they are estimated"),
        "thinking_tokens": _("length of thinking: this API cannot be told"),
        "system role": _("system role: this API has none; the instruction opens the question instead"),
    }
    return [said.get(name, name) for name in names]
