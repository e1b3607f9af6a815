"""A provider's channels, and their way onto the list and off it."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from catalog import onboarding
from catalog.models import Channel
from marketplace.portal.api import bodies, rows, shapes
from marketplace.portal.api.frame import ProviderView, described, unknown_channels
from marketplace.portal.api.paging import PAGED, paged
from marketplace.portal.listing import submitting


class ChannelList(ProviderView):
    @described(
        "channels_list", "List a provider's channels", answers={200: paged(shapes.OwnChannelShape)}, parameters=PAGED
    )
    def get(self, request: Request, provider: str) -> Response:
        """Whatever state they are in."""
        return self.page(rows.for_rows(self.provider.channels.all()), rows.channel)


class ChannelDetail(ProviderView):
    @described("channels_retrieve", "Read one channel", answers={200: shapes.OwnChannelShape})
    def get(self, request: Request, provider: str, channel: str) -> Response:
        return Response(rows.channel(self.channel(channel)))


class ChannelState(ProviderView):
    @described("channels_state", "Read where it stands", answers={200: shapes.ChannelStateShape})
    def get(self, request: Request, provider: str, channel: str) -> Response:
        """On its way to the list: what is still missing, and what became of its submissions."""
        return Response(rows.state(self.channel(channel)))


class Submissions(ProviderView):
    @described(
        "submit",
        "Submit channels for review",
        body=bodies.SubmitBody,
        answers={201: shapes.SubmittedShape(many=True)},
        refuses=True,
    )
    def post(self, request: Request, provider: str) -> Response:
        """All or none. Each needs a key that works, a price, a scenario, the agreement, and a whole run of checks."""
        wished = self.wish(bodies.SubmitBody)
        slugs = list(dict.fromkeys(wished["channels"]))
        found = {
            row.slug: row for row in self.provider.channels.select_related("model", "provider").filter(slug__in=slugs)
        }
        if missing := [slug for slug in slugs if slug not in found]:
            raise unknown_channels(missing)
        made = submitting.submit([found[slug] for slug in slugs], by=self.person, note=wished["note"])
        return Response([{"channel": row.channel.slug, **rows.submission(row)} for row in made], status=201)


class Withdrawal(ProviderView):
    @described("withdraw", "Take a submission back", answers={200: shapes.ChannelStateShape}, refuses=True)
    def post(self, request: Request, provider: str, channel: str) -> Response:
        found = self.channel(channel)
        onboarding.withdraw(found, by=self.person)
        return Response(rows.state(found))


class Sunset(ProviderView):
    @described(
        "sunset_set", "Set its last day", body=bodies.SunsetBody, answers={200: shapes.OwnChannelShape}, refuses=True
    )
    def put(self, request: Request, provider: str, channel: str) -> Response:
        """Visitors are shown the day from now on, and the way to its successor."""
        found = self.channel(channel)
        wished = self.wish(bodies.SunsetBody)
        successor = self.successor(wished["successor"])
        onboarding.set_sunset(found, by=self.person, day=wished["day"], successor=successor)
        return Response(rows.channel(self.channel(channel)))

    @described("sunset_lift", "Lift its last day", answers={200: shapes.OwnChannelShape}, refuses=True)
    def delete(self, request: Request, provider: str, channel: str) -> Response:
        onboarding.lift_sunset(self.channel(channel), by=self.person)
        return Response(rows.channel(self.channel(channel)))

    def successor(self, slug: str | None) -> Channel | None:
        if not slug:
            return None
        found = self.provider.channels.filter(slug=slug).first()
        if found is None:
            raise unknown_channels([slug], field="successor")
        return found


class Retirement(ProviderView):
    @described("retire", "Retire it at once", answers={200: shapes.ChannelStateShape}, refuses=True)
    def post(self, request: Request, provider: str, channel: str) -> Response:
        """Its page stays, with its history; it is asked nothing more."""
        found = self.channel(channel)
        onboarding.retire(found, by=self.person)
        return Response(rows.state(found))
