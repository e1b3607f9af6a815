"""The life of a listing: draft → staged → listed → suspended or retired, and who may move it.

Each act is one transaction: one conditional UPDATE of the state (so of two that come at once, one is told), a note in
the provider's log, and letters to its owners and editors. Who may act is asked before, by whoever calls.
"""

from catalog.onboarding.letters import to_operators
from catalog.onboarding.life import bring_back, lift_sunset, retire, send_back, set_sunset, suspend
from catalog.onboarding.obstacles import Obstacle, obstacles
from catalog.onboarding.review import approve, decline, submit, withdraw
from catalog.onboarding.showing import PRIVATE, for_everybody, notice_of, shown_to
from catalog.onboarding.snapshots import Change, changes, digest, last_approved, snapshot, stated
from catalog.onboarding.vocabulary import BY_HAND, FAILING, KEYLESS, MOVED, REASONS, RETURNING
from catalog.refusals import Refused

__all__ = [
    "BY_HAND",
    "FAILING",
    "KEYLESS",
    "MOVED",
    "PRIVATE",
    "REASONS",
    "RETURNING",
    "Change",
    "Obstacle",
    "Refused",
    "approve",
    "bring_back",
    "changes",
    "decline",
    "digest",
    "for_everybody",
    "last_approved",
    "lift_sunset",
    "notice_of",
    "obstacles",
    "retire",
    "send_back",
    "set_sunset",
    "shown_to",
    "snapshot",
    "stated",
    "submit",
    "suspend",
    "to_operators",
    "withdraw",
]
