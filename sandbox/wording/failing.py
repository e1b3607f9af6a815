"""What went wrong with a call, and what a visitor can do about it."""

from __future__ import annotations

from django.utils.translation import gettext as _


def error(kind: str) -> str:
    """What happened, in a few words."""
    return _failed(kind)[0]


def mend(kind: str) -> str:
    """What a visitor can do about it."""
    return _failed(kind)[1]


def failures(kinds: dict[str, int]) -> str:
    """``2 × took too long, 1 × cut off``; empty without failures."""
    return _(", ").join(f"{count} × {error(kind)}" for kind, count in kinds.items())


def _failed(kind: str) -> tuple[str, str]:
    try_later = _("Try again later.")
    not_yours = _("Nothing that you can mend; we have noted it.")
    words = {
        "refused": (_("refused to serve us"), _("Choose another channel, or ask the provider.")),
        "unauthorised": (_("did not accept our key"), not_yours),
        "not_found": (_("does not know this model"), _("Choose another channel; this one may have been withdrawn.")),
        "invalid": (_("did not accept the request"), _("Try a plainer prompt, or another channel.")),
        "too_long": (
            _("the prompt is too long for it"),
            _("Shorten the prompt, or take a model with a larger context."),
        ),
        "rate_limited": (_("too many requests at once"), try_later),
        "overloaded": (_("overloaded or out of order"), try_later),
        "timeout": (_("took too long"), _("Try again later, or take a faster channel.")),
        "connect": (_("could not be reached"), try_later),
        "tls": (_("its certificate could not be trusted"), _("Choose another channel.")),
        "cut_off": (_("the answer broke off"), _("What arrived is kept. Try again later.")),
        "malformed": (_("the answer could not be read"), _("Choose another channel.")),
        "too_large": (_("sent more than we accept"), _("Ask for a shorter answer.")),
        "blocked_address": (_("its address is not allowed"), not_yours),
        "content_filtered": (_("withheld the answer"), _("Put the question differently, or choose another channel.")),
        "cancelled": (_("was stopped"), _("Start again to get a full answer.")),
        "internal": (_("failed by our own fault"), _("It does not count against the channel. Try again.")),
    }
    return words.get(kind, (kind, try_later))
