"""What the rooms' forms share: their look, how a refusal gets to its field, and what two editors are told."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import forms
from django.db.models import Model
from django.http import HttpRequest

from catalog.models import AuditEntry, Provider
from catalog.refusals import Refused
from marketplace.accounts.models import User
from marketplace.portal.adding.stray_keys import clean_without_keys

_CLASSES = {"select": "select", "textarea": "textarea", "checkbox": "", "radioselect": "", "checkboxselectmultiple": ""}


class RoomForm(forms.Form):
    """A form drawn by ``portal/_field.html``. A key that strays into one of its texts is said, dropped and not shown.

    ``secret_fields`` are those that do take a key; with ``wary_provider`` the keys that we hold for it are known, too.
    """

    secret_fields: frozenset[str] = frozenset()
    wary_provider: Provider | None = None
    use_required_attribute = False  # what is wrong is said by the page, in its own language

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for name, field in self.fields.items():
            look = _CLASSES.get(self[name].widget_type, "input")
            if look:
                attributes = field.widget.attrs
                attributes["class"] = f"{look} {attributes.get('class', '')}".strip()

    def full_clean(self) -> None:
        # What the page itself sends along is nobody's key, however much a digest looks like one.
        ours = {field.name for field in self.hidden_fields()}
        clean_without_keys(self, super().full_clean, but=self.secret_fields | ours, provider=self.wary_provider)

    def refuse(self, refused: Refused) -> None:
        """Say it at its field, or above the form where the form has no such field."""
        self.add_error(refused.field if refused.field in self.fields else None, str(refused))


class Difference(NamedTuple):
    """A field that another editor changed, or that this one did: what is saved now, and what was typed."""

    label: str
    theirs: str
    yours: str


def differences(form: forms.Form, row: Model) -> list[Difference]:
    """Where the form's words differ from the row as it is now; the form's fields are named as the row's."""
    found = []
    for name in form.cleaned_data:
        theirs, yours = getattr(row, name), form.cleaned_data[name]
        if theirs != yours:
            field = form.fields[name]
            found.append(Difference(str(field.label), _shown(field, theirs), _shown(field, yours)))
    return found


def seen_version(request: HttpRequest) -> int:
    """The version that the form's writer saw; 0, which no row has, where the form does not say."""
    written = request.POST.get("version", "")
    return int(written) if written.isdecimal() and len(written) < 10 else 0


def latest_editor(provider: Provider, but: User) -> str:
    """Who else changed something last, by name; empty: nobody, or the site itself."""
    entry = AuditEntry.objects.filter(provider=provider, actor__isnull=False).exclude(actor=but).first()
    return entry.actor_name if entry else ""


def _shown(field: forms.Field, value: Any) -> str:
    choices = dict(getattr(field, "choices", ()))
    return str(choices.get(value, "" if value is None else value))
