"""The one form of this room: a reply to a public report."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from catalog.models import Provider
from catalog.refusals import Refused
from marketplace.portal.forms import RoomForm
from sandbox import replies


class ReplyForm(RoomForm):
    text = forms.CharField(
        label=_("Your reply"),
        help_text=_("It stands under the report as you type it, in your provider's name, for all who read it."),
        widget=forms.Textarea(attrs={"rows": 8, "maxlength": settings.REPLY_MOST_CHARS}),
        required=False,
    )

    def write(self, provider: Provider, code: str, *, by: Any, seen: str) -> bool:
        """Put it under the report; False with an error on the form where it is refused. Raises Outdated."""
        try:
            replies.write(provider, code, by=by, text=self.cleaned_data["text"], seen=seen)
        except Refused as refused:
            self.refuse(refused)
            return False
        return True
