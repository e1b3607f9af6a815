"""What one wishes of a new key."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts import keys
from marketplace.accounts.models import ApiKey, User

DAYS = [
    ("30", gettext_lazy("in 30 days")),
    ("90", gettext_lazy("in 90 days")),
    ("365", gettext_lazy("in a year")),
    ("", gettext_lazy("never")),
]


class KeyForm(forms.Form):
    """A name to know it by, what it may do, and until when."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        error_messages={"required": gettext_lazy("Give it a name by which you will know it.")},
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=list(keys.SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Tick at least one thing that it may do.")},
    )
    days = forms.ChoiceField(label=gettext_lazy("Expires"), choices=DAYS, required=False, initial="90")

    def make(self, user: User) -> tuple[ApiKey, str] | None:
        """The key and its secret; None, with an error on the form, where the person has too many."""
        wished = self.cleaned_data
        expires_at = timezone.now() + timedelta(days=int(wished["days"])) if wished["days"] else None
        try:
            return keys.make(user, name=wished["name"], scopes=wished["scopes"], expires_at=expires_at)
        except keys.TooMany:
            self.add_error(None, _("You have %d keys in force. Revoke one that you no longer need.") % keys.MOST_KEYS)
            return None
