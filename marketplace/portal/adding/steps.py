"""The steps of adding an API, each an address of its own, and which of them are done."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from catalog.models import Api, Provider
    from marketplace.portal.adding.todo import ApiTodo

DONE, NOW, OPEN = "done", "now", "open"
ORDER = ("address", "key", "models", "prices", "limits", "scenarios", "terms", "check", "submit")


class Step(NamedTuple):
    """One entry of ``portal/_wizard.html``; ``url`` is empty where it cannot be opened yet."""

    name: str
    url: str
    state: str


def name_of(step: str) -> str:
    return {
        "address": _("Address"),
        "key": _("Key"),
        "models": _("Models"),
        "prices": _("Prices"),
        "limits": _("Limits"),
        "scenarios": _("Scenarios"),
        "terms": _("Terms"),
        "check": _("Check"),
        "submit": _("Submit"),
    }[step]


def url_of(step: str, provider: Provider, api: Api | None) -> str:
    """Where the step is done; empty while there is no API, or no such page."""
    if step == "terms":
        found = reverse("portal:terms", args=[provider.slug])
        return f"{found}?api={api.pk}" if api else found
    return address(f"portal:api_{step}", provider.slug, api.pk) if api else ""


def address(name: str, *args: object) -> str:
    """Empty where there is no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def following(step: str, provider: Provider, api: Api) -> str:
    """The address of the step after this one; the provider's page after the last."""
    for later in ORDER[ORDER.index(step) + 1 :]:
        if url := url_of(later, provider, api):
            return url
    return reverse("portal:provider", args=[provider.slug])


def of(provider: Provider, api: Api | None, now: str, *, told: ApiTodo | None = None) -> list[Step]:
    """The wizard's entries with ``now`` marked. Without an API only the first can be opened."""
    if told is None and api is not None:
        from marketplace.portal.adding import todo

        told = todo.of_api(api)
    done = told.done if told else frozenset()
    return [
        Step(name_of(step), url_of(step, provider, api), NOW if step == now else DONE if step in done else OPEN)
        for step in ORDER
    ]
