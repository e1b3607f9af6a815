"""What every change of members begins with: the provider's row locked, and a look at who acts."""

from __future__ import annotations

from django.utils.translation import gettext as _

from catalog.models import Membership, Provider, Role
from catalog.refusals import Refused
from marketplace.accounts.models import User


def lock(provider: Provider) -> None:
    """Everybody who changes members of this provider waits here for the one before; inside a transaction."""
    Provider.objects.select_for_update().get(pk=provider.pk)


def owner(provider: Provider, by: User) -> Membership:
    """Lock, and the acting owner's membership as it is now. Raises Refused where they are none any more."""
    lock(provider)
    found = Membership.objects.filter(provider=provider, user=by, role=Role.OWNER).first()
    if found is None:
        raise Refused("", _("Only an owner changes who acts for a provider, and you are none."), _("Ask an owner."))
    return found


def refuse_role(role: str) -> None:
    if role not in Role.values:
        raise Refused("role", _("There is no such role."), _("Choose owner, editor or viewer."))


def owners(provider: Provider) -> list[User]:
    return [row.user for row in provider.memberships.filter(role=Role.OWNER).select_related("user")]
