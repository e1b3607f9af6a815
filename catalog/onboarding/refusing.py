"""What cannot be done with a listing, and why."""

from __future__ import annotations


class Refused(Exception):
    """Nothing was changed: which field, what is wrong with it, and the mend, in the reader's language."""

    def __init__(self, field: str, message: str, mend: str) -> None:
        super().__init__(f"{message} {mend}")
        self.field = field
        self.message = message
        self.mend = mend
