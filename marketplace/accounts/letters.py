"""Letters in the reader's language, sent after the commit; one that cannot be sent is logged, never raised."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import override

logger = logging.getLogger(__name__)


def send(template: str, *, to: str, language: str = "", **context: Any) -> None:
    """Send ``templates/mail/<template>.txt`` to one address: its first line is the subject, the rest the text.

    ``language`` empty is the site's own. Addresses in the text are made with ``{{ site }}``, where the site is
    (``https://host``, without a slash at its end).
    """
    with override(language or settings.LANGUAGE_CODE):
        text = render_to_string(f"mail/{template}.txt", {**context, "site": settings.LETTERS_SITE, "to": to})
    subject, _line_end, body = text.strip().partition("\n")
    message = EmailMessage(" ".join(subject.split()), body.strip() + "\n", to=[to])
    post(message, template)


def post(message: EmailMessage, template: str) -> None:
    """Send ``message`` once the transaction, if there is one, is committed; ``template`` is what the log calls it."""
    transaction.on_commit(partial(_send, message, template))


def _send(message: EmailMessage, template: str) -> None:
    try:
        message.send()
    except (OSError, ValueError) as error:  # smtplib's own errors are OSErrors, too; an address may be unwritable
        logger.error("the letter %s could not be sent: %s", template, type(error).__name__)
