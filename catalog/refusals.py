"""What cannot be done: which field, what is wrong with it, and the mend, in the reader's language."""

from __future__ import annotations


class Refused(Exception):
    """Nothing was changed. ``field`` names what the form or the request has to mend; empty: no single one."""

    def __init__(self, field: str, message: str, mend: str) -> None:
        # Chinese sentences follow each other without a space.
        super().__init__(f"{message}{'' if message.endswith('。') else ' '}{mend}")
        self.field = field
        self.message = message
        self.mend = mend
