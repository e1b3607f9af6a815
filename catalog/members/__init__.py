"""Acting for a provider: founding it, its members and invitations, and the log of who did what.

Each action is one transaction that looks at who acts under a lock on the provider's row, so that of two owners at once
the second meets what the first has left; it writes the log and sends the letters. A Refused has changed nothing.
"""

from catalog.members.founding import NAMES, change_facts, found_provider
from catalog.members.invitations import accept, confirmed_addresses, invitation_for, invite, revoke
from catalog.members.log import ACTIONS, note, sentence
from catalog.members.roles import appoint, change_role, leave, remove, transfer

__all__ = [
    "ACTIONS",
    "NAMES",
    "accept",
    "appoint",
    "change_facts",
    "change_role",
    "confirmed_addresses",
    "found_provider",
    "invitation_for",
    "invite",
    "leave",
    "note",
    "remove",
    "revoke",
    "sentence",
    "transfer",
]
