"""Money moves here and nowhere else: every transfer sums to zero, happens once, and no account is overspent.

A hold takes money from its payer and keeps it in ``house:held`` until it is settled (the cost goes to
``house:spent``, the rest back to the payer) or released (all of it goes back). Amounts are Decimal at
the edges and whole billionths inside. Owners and references are opaque.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F, Q, Sum
from django.db.models.functions import Now

from marketplace.billing.models import Account, Hold, LedgerEntry
from marketplace.money import from_nano, to_nano

FUNDING = "house:funding"
HELD = "house:held"
SPENT = "house:spent"
# Everyone locks the payer's row first and these after it, in this order, so no two transfers wait for each other.
LOCKED_LAST = [FUNDING, HELD, SPENT]
# A billion units of any currency: more than we will ever see, and far from where 64 bits end.
MOST_NANO = 10**18


class OutOfCredit(Exception):
    """The payer has ``left``, but ``needed`` was asked for; nothing was moved."""

    def __init__(self, *, needed: Decimal, left: Decimal) -> None:
        super().__init__(f"{needed} needed, {left} left")
        self.needed = needed
        self.left = left


class ReferenceTaken(Exception):
    """This reference already stands for something else: another amount, owner or currency."""


class UnknownReference(LookupError):
    """No hold has this reference."""


def hold(*, payer: str, currency: str, amount: Decimal, reference: str) -> Hold:
    """Set ``amount`` (≥ 0, rounded up to a billionth) aside; the same call again returns the same hold.

    Raises OutOfCredit, ReferenceTaken, or ValueError for an amount that is no sensible sum.
    """
    nano = _checked(to_nano(_finite(amount), up=True))
    try:
        with transaction.atomic():
            return _open(payer=payer, currency=currency, nano=nano, reference=reference)
    except IntegrityError:
        taken = _find(reference)
    if (taken.account.owner, taken.account.currency, taken.amount_nano) != (payer, currency, nano):
        raise ReferenceTaken(reference)
    return taken


@transaction.atomic
def settle(reference: str, amount: Decimal) -> bool:
    """Charge ``amount``, clamped to [0, held], and give the rest back. True for exactly one caller.

    Raises UnknownReference, or ValueError for an amount that is not a number.
    """
    closing = _find(reference)
    cost = min(max(to_nano(_finite(amount)), 0), closing.amount_nano)
    if not _close(closing, state=Hold.State.SETTLED, settled_nano=cost):
        return False
    payer, currency = closing.account.owner, closing.account.currency
    moves = {payer: closing.amount_nano - cost, HELD: -closing.amount_nano, SPENT: cost}
    _transfer(f"settle:{reference}", currency=currency, moves=moves)
    return True


@transaction.atomic
def release(reference: str) -> bool:
    """Give all of a hold back. True for exactly one caller. Raises UnknownReference."""
    closing = _find(reference)
    if not _close(closing, state=Hold.State.RELEASED, settled_nano=None):
        return False
    moves = {closing.account.owner: closing.amount_nano, HELD: -closing.amount_nano}
    _transfer(f"release:{reference}", currency=closing.account.currency, moves=moves)
    return True


def fund(*, owner: str, currency: str, amount: Decimal, transfer: str) -> bool:
    """Bring ``amount`` (> 0) in from outside; False when this transfer has happened before in this currency.

    Raises ReferenceTaken when it happened with another amount or owner, ValueError as hold does.
    """
    nano = _checked(to_nano(_finite(amount)))
    if not nano:
        raise ValueError("nothing to fund")
    try:
        with transaction.atomic():
            _transfer(transfer, currency=currency, moves={owner: nano, FUNDING: -nano})
    except IntegrityError:
        before = LedgerEntry.objects.filter(transfer=transfer, account__owner=owner, account__currency=currency)
        if not before.filter(amount_nano=nano).exists():
            raise ReferenceTaken(transfer) from None
        return False
    return True


def happened(transfer: str) -> bool:
    """Whether a transfer of this name is in the books."""
    return LedgerEntry.objects.filter(transfer=transfer).exists()


def balance(owner: str, currency: str) -> Decimal:
    """What ``owner`` can spend; an account that was never funded has 0."""
    nano = Account.objects.filter(owner=owner, currency=currency).values_list("balance_nano", flat=True).first()
    return from_nano(nano or 0)


def check() -> list[str]:
    """What does not add up, a sentence each; an empty list is the only good answer."""
    return [*_lopsided_transfers(), *_wrong_balances(), *_wrong_totals()]


def _finite(amount: Decimal) -> Decimal:
    if not amount.is_finite():
        raise ValueError(f"{amount} is not an amount of money")
    return amount


def _checked(nano: int) -> int:
    if not 0 <= nano <= MOST_NANO:
        raise ValueError(f"{from_nano(nano)} is negative or too large")
    return nano


def _find(reference: str) -> Hold:
    try:
        return Hold.objects.select_related("account").get(reference=reference)
    except Hold.DoesNotExist:
        raise UnknownReference(reference) from None


def _open(*, payer: str, currency: str, nano: int, reference: str) -> Hold:
    """The unique reference is claimed before money moves: a second caller waits here, and then finds it taken."""
    account = _accounts(currency, [payer])[payer]
    opened = Hold.objects.create(reference=reference, account=account, amount_nano=nano)
    _transfer(f"hold:{reference}", currency=currency, moves={payer: -nano, HELD: nano})
    return opened


def _close(closing: Hold, *, state: Hold.State, settled_nano: int | None) -> bool:
    still_open = Hold.objects.filter(pk=closing.pk, state=Hold.State.OPEN)
    return still_open.update(state=state, settled_nano=settled_nano, closed_at=Now()) == 1


def _transfer(name: str, *, currency: str, moves: dict[str, int]) -> None:
    """Write one transfer: ``moves`` is owner -> billionths and sums to zero. Zero moves leave no entry."""
    if sum(moves.values()):
        raise ValueError(f"{name} does not sum to zero")
    owners = sorted((owner for owner in moves if moves[owner]), key=_lock_order)
    accounts = _accounts(currency, owners)
    LedgerEntry.objects.bulk_create(
        LedgerEntry(transfer=name, account=accounts[owner], amount_nano=moves[owner]) for owner in owners
    )
    for owner in owners:
        _add(accounts[owner], moves[owner])


def _lock_order(owner: str) -> int:
    return LOCKED_LAST.index(owner) if owner in LOCKED_LAST else -1


def _accounts(currency: str, owners: list[str]) -> dict[str, Account]:
    found = {account.owner: account for account in Account.objects.filter(currency=currency, owner__in=owners)}
    for owner in owners:
        if owner not in found:
            found[owner], _ = Account.objects.get_or_create(
                owner=owner, currency=currency, defaults={"may_overdraw": owner == FUNDING}
            )
    return found


def _add(account: Account, nano: int) -> None:
    """One guarded UPDATE: the check and the change are the same statement, so no parallel spender slips between."""
    covered = Q(may_overdraw=True) | Q(balance_nano__gte=-nano)
    if not Account.objects.filter(covered, pk=account.pk).update(balance_nano=F("balance_nano") + nano):
        left = balance(account.owner, account.currency)
        raise OutOfCredit(needed=from_nano(-nano), left=left)


def _lopsided_transfers() -> Iterator[str]:
    sums = LedgerEntry.objects.values_list("transfer", "account__currency").annotate(total=Sum("amount_nano"))
    for transfer, currency, total in sums.exclude(total=0):
        yield f"transfer {transfer} is off by {from_nano(int(total))} {currency}"


def _wrong_balances() -> Iterator[str]:
    for account in Account.objects.annotate(entered=Sum("entries__amount_nano", default=0)).exclude(
        balance_nano=F("entered")
    ):
        entered = from_nano(int(account.entered))
        yield f"account {account} says {from_nano(account.balance_nano)}, its entries say {entered}"


def _wrong_totals() -> Iterator[str]:
    yield from _compare(HELD, "amount_nano", Hold.State.OPEN)
    yield from _compare(SPENT, "settled_nano", Hold.State.SETTLED)


def _compare(owner: str, column: str, state: Hold.State) -> Iterator[str]:
    """Whether a clearing account holds, in every currency, exactly what the holds of ``state`` say."""
    totals = Hold.objects.filter(state=state).values_list("account__currency").annotate(total=Sum(column))
    expected = {currency: int(total) for currency, total in totals}
    actual = dict(Account.objects.filter(owner=owner).values_list("currency", "balance_nano"))
    for currency in sorted(expected.keys() | actual.keys()):
        there, due = actual.get(currency, 0), expected.get(currency, 0)
        if there != due:
            yield f"{owner} has {from_nano(there)} {currency}, the {state.value} holds say {from_nano(due)}"
