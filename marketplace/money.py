"""Money on paper: Decimal in, rounded or displayed; no arithmetic on floats."""

from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

NANO = Decimal(10) ** -9
SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€"}


def to_nano(amount: Decimal, *, up: bool = False) -> int:
    """``amount`` as whole billionths; ``up`` rounds towards more, for ceilings."""
    rounding = ROUND_CEILING if up else ROUND_HALF_EVEN
    return int((amount / NANO).to_integral_value(rounding=rounding))


def from_nano(nano: int) -> Decimal:
    return Decimal(nano).scaleb(-9)


def show(amount: Decimal | None, currency: str) -> str:
    """``¥0.0021``: two significant digits below one unit, two decimals above; unknown is a dash."""
    if amount is None:
        return "–"
    sign = SIGNS.get(currency, f"{currency} ")
    if amount == 0:
        return f"{sign}0"
    if abs(amount) >= 1:
        return f"{sign}{amount:,.2f}"
    places = min(9, 1 - amount.adjusted())
    text = f"{amount:.{places}f}"
    return f"{sign}{text}"
