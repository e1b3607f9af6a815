"""Providers: one's own, a new one, its facts, terms and agreement."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from catalog import members
from catalog.models import Membership
from marketplace.portal.api import bodies, rows, shapes
from marketplace.portal.api.frame import PortalView, ProviderView, described
from marketplace.portal.api.paging import PAGED, paged

FACTS = ("name_en", "name_zh", "homepage", "docs_url", "country")


class ProviderList(PortalView):
    @described("providers_list", "List your providers", answers={200: paged(shapes.OwnProviderShape)}, parameters=PAGED)
    def get(self, request: Request) -> Response:
        """The providers that you act for, and your role with each."""
        mine = Membership.objects.filter(user=self.person).select_related("provider").order_by("provider__slug")
        return self.page(mine, rows.provider)

    @described(
        "providers_create",
        "Register a provider",
        body=bodies.NewProviderBody,
        answers={201: shapes.OwnProviderShape},
        refuses=True,
    )
    def post(self, request: Request) -> Response:
        """A draft that nobody else sees; you are its owner."""
        founded = members.found_provider(by=self.person, **self.wish(bodies.NewProviderBody))
        membership = founded.memberships.select_related("provider").get(user=self.person)
        address = reverse("api:portal_provider", args=[founded.slug], request=request)
        return Response(rows.provider(membership), status=201, headers={"Location": address})


class ProviderDetail(ProviderView):
    @described("providers_retrieve", "Read one of your providers", answers={200: shapes.OwnProviderShape})
    def get(self, request: Request, provider: str) -> Response:
        return Response(rows.provider(self.membership))

    @described(
        "providers_update",
        "Change a provider's facts",
        body=bodies.FactsBody,
        answers={200: shapes.OwnProviderShape},
        refuses=True,
    )
    def patch(self, request: Request, provider: str) -> Response:
        """State facts anew. Names stay once the provider left its draft."""
        wished = self.wish(bodies.FactsBody)
        seen = wished.pop("version")
        members.change_facts(
            self.provider, by=self.person, seen=seen, **{name: getattr(self.provider, name) for name in FACTS} | wished
        )
        self.provider.refresh_from_db()
        return Response(rows.provider(self.membership))
