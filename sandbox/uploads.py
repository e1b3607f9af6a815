"""What visitors attach: bounded while it arrives, read by its bytes, and kept without what a camera wrote beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.utils.translation import gettext as _

from sandbox.models import Picture
from sandbox.wire.images import LONGEST_SIDE, BadImage, read_image

LONGEST_NAME = 80
MEGA = 1_000_000
STRANGE = re.compile(r"[^\w .()-]+")


class Unusable(Exception):
    """A file that cannot be attached: why, and the mend, in the reader's language."""


class Bounded(FileUploadHandler):
    """Stops reading a request's files once they are more than any form of ours takes, and marks the request.

    Django bounds the fields of a form and not its files.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.left = settings.TRIAL_MAX_PICTURES * settings.TRIAL_MAX_PICTURE_BYTES + MEGA

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.left -= len(raw_data)
        if self.left < 0:
            if self.request is not None:
                self.request.carries_too_much = True  # type: ignore[attr-defined]
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile | None:
        return None


def read(files: Sequence[UploadedFile]) -> tuple[Picture, ...]:
    """Unsaved pictures in the order given. Raises Unusable."""
    most = settings.TRIAL_MAX_PICTURES
    if len(files) > most:
        told = {"given": len(files), "limit": most}
        raise Unusable(_("%(given)d pictures are attached; at most %(limit)d go with one prompt.") % told)
    return tuple(_read(file, place) for place, file in enumerate(files, 1))


def _read(file: UploadedFile, place: int) -> Picture:
    name, most = plain(file.name or ""), settings.TRIAL_MAX_PICTURE_BYTES
    if (file.size or 0) > most:
        told = {"name": name, "limit": f"{most / MEGA:.1f}"}
        raise Unusable(_("“%(name)s” is larger than %(limit)s MB. Attach a smaller copy.") % told)
    try:
        image = read_image(file.read())
    except BadImage as bad:
        raise Unusable(why(bad) % {"name": name, "limit": f"{LONGEST_SIDE:,}"}) from None
    return Picture.of(image, position=place, name=name)


def plain(name: str) -> str:
    """A file's name as a label: letters, digits and a few signs."""
    return " ".join(STRANGE.sub(" ", name).split())[-LONGEST_NAME:] or _("picture")


def why(bad: BadImage) -> str:
    return {
        "empty": _("“%(name)s” is empty."),
        "kind": _("“%(name)s” is no PNG, JPEG or WebP picture."),
        "broken": _("“%(name)s” is damaged, or no whole picture."),
        "animated": _("“%(name)s” is animated. Attach a still picture."),
        "size": _("“%(name)s” has too many pixels; a side may have at most %(limit)s."),
    }[bad.why]
