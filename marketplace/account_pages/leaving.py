"""Deletes an account for good: the person, their trials and keys; what others need stays, without the name."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.db import transaction

from catalog import departing
from marketplace.accounts import letters
from marketplace.accounts.models import User
from marketplace.billing.models import QuotaUse
from sandbox import deleting
from sandbox.models import Trial


class Needed(Exception):
    """The account cannot go yet; ``ties`` are the providers that would be left with nobody, or it is an operator's."""

    def __init__(self, ties: list[departing.Tie]) -> None:
        super().__init__("this account cannot be deleted yet")
        self.ties = ties


@transaction.atomic
def delete_account(user: User) -> None:
    """Delete ``user`` with everything of theirs, and write to them that it is done. Raises Needed; then all is kept.

    Locks the row first: of two who press the button one finds nothing left to do.
    """
    person = User.objects.select_for_update().get(pk=user.pk)
    ties = departing.ties(person)
    if ties or person.is_staff:
        raise Needed(ties)
    for trial in Trial.objects.filter(owner=person):
        deleting.delete_trial(trial)
    departing.depart(person)
    QuotaUse.objects.filter(subject=f"user:{person.pk}").delete()
    for session in UserSession.objects.filter(user=person):
        session.end()
    if person.email:
        letters.send("account_deleted", to=person.email, language=person.language)
    person.delete()
