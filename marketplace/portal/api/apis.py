"""A provider's APIs: address, key and models."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from marketplace.portal.adding import actions
from marketplace.portal.api import bodies, rows, shapes
from marketplace.portal.api.frame import ProviderView, described
from marketplace.portal.api.paging import PAGED, paged


class ApiList(ProviderView):
    @described("apis_list", "List a provider's APIs", answers={200: paged(shapes.ApiShape)}, parameters=PAGED)
    def get(self, request: Request, provider: str) -> Response:
        found = self.provider.apis.select_related("provider").prefetch_related("channels")
        return self.page(found, rows.api)

    @described("apis_create", "Add an API", body=bodies.AddressBody, answers={201: shapes.PlacedShape}, refuses=True)
    def post(self, request: Request, provider: str) -> Response:
        """Its address is looked at before it is saved, which takes some seconds; the protocol is detected."""
        placed = actions.add_api(self.provider, by=self.person, **self.wish(bodies.AddressBody))
        address = reverse("api:portal_api", args=[self.provider.slug, placed.api.pk], request=request)
        return Response(told(placed), status=201, headers={"Location": address})


def told(placed: actions.Placed) -> dict[str, Any]:
    return {"api": rows.api(placed.api), "said": rows.said(placed.said)}


class ApiDetail(ProviderView):
    @described("apis_retrieve", "Read one API", answers={200: shapes.ApiShape})
    def get(self, request: Request, provider: str, api: int) -> Response:
        return Response(rows.api(self.api(api)))

    @described("apis_move", "Change its address", body=bodies.MoveBody, answers={200: shapes.PlacedShape}, refuses=True)
    def patch(self, request: Request, provider: str, api: int) -> Response:
        """Channels on the list leave it until they are checked again; a new origin wants its own key."""
        found = self.api(api)
        wished = self.wish(bodies.MoveBody)
        return Response(told(actions.change_address(found, by=self.person, seen=wished.pop("version"), **wished)))

    @described("apis_delete", "Remove an API", answers={204: None}, refuses=True)
    def delete(self, request: Request, provider: str, api: int) -> Response:
        """With its drafts and its key. Not while one of its channels is on the list or on its way there."""
        actions.remove_api(self.api(api), by=self.person)
        return Response(status=204)


class ApiKeyView(ProviderView):
    @described(
        "apis_key", "Enter or replace its key", body=bodies.KeyBody, answers={200: shapes.SaidShape}, refuses=True
    )
    def put(self, request: Request, provider: str, api: int) -> Response:
        """It is tried at once, encrypted, sent to this API's origin alone, and never shown again. One that the API
        refuses is not kept, and a key that was there stays."""
        found = self.api(api)
        return Response(rows.said(actions.enter_key(found, by=self.person, **self.wish(bodies.KeyBody))))

    @described("apis_key_delete", "Forget its key", answers={204: None}, refuses=True)
    def delete(self, request: Request, provider: str, api: int) -> Response:
        """From now on its channels are not called."""
        actions.remove_key(self.api(api), by=self.person)
        return Response(status=204)


class KeyTrial(ProviderView):
    @described("apis_key_try", "Try its key again", answers={200: shapes.SaidShape}, refuses=True)
    def post(self, request: Request, provider: str, api: int) -> Response:
        return Response(rows.said(actions.try_key(self.api(api), by=self.person)))


class LookUp(ProviderView):
    @described("apis_look_up_models", "Ask it for its models", answers={200: shapes.LookedUpShape}, refuses=True)
    def post(self, request: Request, provider: str, api: int) -> Response:
        """What it lists is remembered; where it answers otherwise, an older list stays."""
        found = self.api(api)
        said = actions.look_up_models(found, by=self.person)
        return Response({"api": rows.api(found), "said": rows.said(said)})


class ModelList(ProviderView):
    @described(
        "apis_choose_models",
        "Choose the models that it serves",
        body=bodies.ModelsBody,
        answers={200: shapes.ChosenShape},
        refuses=True,
    )
    def put(self, request: Request, provider: str, api: int) -> Response:
        """Exactly these: new ones become drafts, drafts that are left out go. Of those on the list none is touched."""
        found = self.api(api)
        wished = self.wish(bodies.ModelsBody)
        choices = [_choice(**one) for one in wished["models"]]
        chosen = actions.choose_models(found, by=self.person, seen=wished["version"], choices=choices)
        found.refresh_from_db()
        return Response(
            {
                "added": [row.slug for row in chosen.added],
                "changed": [row.slug for row in chosen.changed],
                "removed": chosen.removed,
                "kept": [row.slug for row in chosen.kept],
                "version": found.version,
            }
        )


def _choice(wire_name: str, model: str, proposal: dict[str, Any] | None) -> actions.Choice:
    return actions.Choice(wire_name, model, actions.Proposal(**proposal) if proposal else None)
