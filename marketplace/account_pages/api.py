"""``/api/v1/account/``: a program asks whose key it has, and what that may."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.decorators import method_decorator
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts import keys
from marketplace.accounts.bearer import SignedIn
from marketplace.accounts.models import ApiKey, User
from sandbox.unlisted import unlisted


class KeyShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    beginning = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(list(keys.SCOPES)))
    expires_at = serializers.DateTimeField(allow_null=True)


class AccountShape(serializers.Serializer[Any]):
    email = serializers.CharField()
    name = serializers.CharField()
    language = serializers.CharField(help_text="of letters; empty is unknown")
    key = KeyShape(allow_null=True, help_text="the one that asks; null for a browser's session")


@method_decorator(unlisted, name="dispatch")
class AccountView(APIView):
    permission_classes = [SignedIn]
    scopes: ClassVar[dict[str, str]] = {"read": "account:read"}

    @extend_schema(operation_id="account", summary="Read who you are", responses=AccountShape)
    def get(self, request: Request) -> Response:
        """Whose key asks, and what it may."""
        user, key = request.user, request.auth
        assert isinstance(user, User)  # noqa: S101  # SignedIn saw to that
        mine = {"email": user.email, "name": user.shown_name, "language": user.language}
        return Response({**mine, "key": _key(key) if isinstance(key, ApiKey) else None})


def _key(key: ApiKey) -> dict[str, Any]:
    return {name: getattr(key, name) for name in ("name", "beginning", "scopes", "expires_at")}
