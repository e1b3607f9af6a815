"""Where nothing is mailed, each letter is a file, and the log says which: the links in it are secrets of its reader."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django.utils.text import slugify

logger = logging.getLogger(__name__)


class LetterFiles(BaseEmailBackend):
    """``LETTERS_FOLDER/<date>-<time>-<subject>-<random>.txt``, in UTF-8 and readable by the site's owner alone."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        settings.LETTERS_FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            self._keep(message)
        return len(email_messages)

    def _keep(self, message: EmailMessage) -> None:
        now = timezone.localtime()
        title = slugify(str(message.subject), allow_unicode=True)[:40]
        path = settings.LETTERS_FOLDER / f"{now:%Y%m%d-%H%M%S}-{title}-{secrets.token_hex(3)}.txt"
        to = ", ".join(message.to)
        head = f"Date: {now:%Y-%m-%d %H:%M:%S %z}\nFrom: {message.from_email}\nTo: {to}\nSubject: {message.subject}\n"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{head}\n{message.body.rstrip()}\n")
        logger.info("a letter to %s, “%s”, is in %s", to, message.subject, path)


def folder_to_show() -> str:
    """The folder, for pages that say where letters go; empty where letters are mailed, and in production."""
    if settings.PRODUCTION or f"{__name__}.{LetterFiles.__name__}" != settings.EMAIL_BACKEND:
        return ""
    try:
        return str(settings.LETTERS_FOLDER.relative_to(settings.BASE_DIR))
    except ValueError:
        return str(settings.LETTERS_FOLDER)
