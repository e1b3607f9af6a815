"""Until when a verdict is to be trusted: prices are known to change on some days, models change unannounced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Price
from sandbox.models import Contender
from sandbox.recommend import Recommendation
from sandbox.wording import Facts, Names

# Providers change models behind one name without notice; after a month we would measure again.
KEEPS_DAYS = 30


def valid_until(contenders: Sequence[Contender], decided: Recommendation, finished_at: datetime) -> Facts | None:
    """The first day on which the verdict is stale, and why; None when there is no verdict.

    ``{"on": "2026-12-27", "reason": "age" | "price", "channel": slug or None, "days": 30}``. The two channels that it
    is about count: the one to take and the runner-up.
    """
    if decided.channel is None:
        return None
    ran_on = timezone.localdate(finished_at)
    about = [each for each in contenders if each.channel.slug in {decided.channel, decided.runner_up}]
    latest = ran_on + timedelta(days=KEEPS_DAYS)
    changes = [change for change in price_changes(about, after=ran_on) if change[0] < latest]
    if changes:
        day, channel = min(changes)
        return {"on": day.isoformat(), "reason": "price", "channel": channel, "days": KEEPS_DAYS}
    return {"on": latest.isoformat(), "reason": "age", "channel": None, "days": KEEPS_DAYS}


def price_changes(contenders: Sequence[Contender], *, after: date) -> list[tuple[date, str]]:
    """Days on which a price that counted is known to end or to be succeeded, each with its channel."""
    announced = Price.objects.filter(channel__in=[each.channel_id for each in contenders], starts_on__gt=after)
    ends = [(each.price.ends_on, each.channel.slug) for each in contenders if each.price and each.price.ends_on]
    return [*announced.values_list("starts_on", "channel__slug"), *((day, slug) for day, slug in ends if day > after)]


def sentence(facts: Facts) -> str:
    """Until when to trust the verdict and why, or that the day has passed; empty without a verdict."""
    until = facts.get("valid_until")
    if not until:
        return ""
    day = date.fromisoformat(until["on"])
    values = {"day": date_format(day, "DATE_FORMAT"), "days": until["days"]}
    if timezone.localdate() >= day:
        return _("Stale since %(day)s: run it again before you rely on it.") % values
    if until["reason"] == "price":
        values["channel"] = Names(facts).channel(until["channel"])
        return _("Good until %(day)s, when the price of %(channel)s changes.") % values
    return (
        ngettext(
            "Good until %(day)s: after %(days)d day, models and prices may have changed unannounced.",
            "Good until %(day)s: after %(days)d days, models and prices may have changed unannounced.",
            until["days"],
        )
        % values
    )
