"""What a guest tried becomes their account's: once, nothing of others', and no second day's worth of trials."""

from __future__ import annotations

import pytest
from django.conf import settings

from marketplace.accounts import guests
from marketplace.accounts.models import User
from marketplace.billing import quotas
from sandbox import joining
from sandbox.models import Trial
from sandbox.trials import GUEST_QUOTA
from tests.factories import make_trial

pytestmark = pytest.mark.django_db
GUEST = guests.fingerprint(guests.new_token())
OTHER = guests.fingerprint(guests.new_token())


@pytest.fixture
def user():
    return User.objects.create_user("ann", "ann@example.org", "not-a-real-password")


def left(subject: str) -> int:
    return quotas.left(subject=subject, quota=GUEST_QUOTA, limit=settings.GUEST_TRIALS_PER_DAY)


def test_a_guests_trials_become_the_users_and_nobody_elses(user):
    mine, strange = make_trial(guest=GUEST), make_trial(guest=OTHER)
    assert joining.join(user=user, guest=GUEST) == 1
    mine.refresh_from_db()
    strange.refresh_from_db()
    assert (mine.owner, mine.guest) == (user, "")
    assert (strange.owner, strange.guest) == (None, OTHER)


def test_the_old_cookie_opens_none_of_them(user):
    make_trial(guest=GUEST)
    joining.join(user=user, guest=GUEST)
    assert not Trial.objects.owned_by(user_id=None, guest=GUEST).exists()


def test_joins_once(user):
    make_trial(guest=GUEST)
    assert [joining.join(user=user, guest=GUEST) for _again in range(2)] == [1, 0]


def test_a_second_person_at_the_same_browser_gets_nothing_of_the_first(user):
    make_trial(guest=GUEST)
    joining.join(user=user, guest=GUEST)
    second = User.objects.create_user("ben", "ben@example.org", "not-a-real-password")
    assert joining.join(user=second, guest=GUEST) == 0


def test_a_trial_that_has_an_owner_stays_theirs(user):
    second = User.objects.create_user("ben", "ben@example.org", "not-a-real-password")
    trial = make_trial(guest=GUEST, owner=second)
    joining.join(user=user, guest=GUEST)
    trial.refresh_from_db()
    assert trial.owner == second


def test_no_cookie_joins_nothing(user):
    make_trial(guest="")
    assert joining.join(user=user, guest="") == 0
    assert Trial.objects.get().owner is None


def test_what_the_guest_used_today_counts_for_the_account(user):
    limit = settings.GUEST_TRIALS_PER_DAY
    quotas.spend(subject=f"guest:{GUEST}", quota=GUEST_QUOTA, limit=limit, amount=limit - 1)
    quotas.spend(subject=f"user:{user.pk}", quota=GUEST_QUOTA, limit=limit, amount=1)
    joining.join(user=user, guest=GUEST)
    assert left(f"user:{user.pk}") == 0
    with pytest.raises(quotas.OutOfQuota):
        quotas.spend(subject=f"user:{user.pk}", quota=GUEST_QUOTA, limit=limit)


def test_joining_twice_counts_once(user):
    quotas.spend(subject=f"guest:{GUEST}", quota=GUEST_QUOTA, limit=settings.GUEST_TRIALS_PER_DAY, amount=3)
    joining.join(user=user, guest=GUEST)
    joining.join(user=user, guest=GUEST)
    assert left(f"user:{user.pk}") == settings.GUEST_TRIALS_PER_DAY - 3
