"""A facet's choices as HTML. Written here: a list page has some two hundred, too many for the template engine."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from catalog.facets.panel import Choice, Group

register = template.Library()


@register.simple_tag
def draw_choices(group: Group, choices: Iterable[Choice]) -> SafeString:
    """Checkboxes (radio buttons where one excludes the others) with how many rows each choice leaves."""
    kind = "radio" if group.facet.is_single else "checkbox"
    name = escape(group.facet.name)
    # Every value and label is escaped: providers name themselves, and addresses are anybody's.
    return mark_safe("".join(_choice(kind, name, choice) for choice in choices))  # noqa: S308


def _choice(kind: str, name: str, choice: Choice) -> str:
    is_dead = not choice.left and not choice.is_chosen
    state = " checked" if choice.is_chosen else " disabled" if is_dead else ""
    return (
        f'<li><label class="choice{" is-dead" if is_dead else ""}">'
        f'<input type="{kind}" name="{name}" value="{escape(choice.value)}"{state}>'
        f'<span class="choice__word">{escape(choice.label)}</span> <span class="num">{choice.left}</span></label></li>'
    )
