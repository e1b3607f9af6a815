"""What goes wrong when one signs in, in our words: allauth's are stiff in English and half translated in Chinese."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

_MISMATCH = _("The e-mail address or the password is not right.")
_PATIENCE = _("Too many attempts. Wait a few minutes and try again, or reset your password.")

ERRORS = {
    "account_inactive": _("This account is closed."),
    "email_password_mismatch": _MISMATCH,
    "username_password_mismatch": _MISMATCH,
    "invalid_login": _MISMATCH,
    "too_many_login_attempts": _PATIENCE,
    "rate_limited": _("That was too often. Wait a minute and try again."),
    "incorrect_password": _("This is not your password."),
    "enter_current_password": _("This is not your present password."),
    "incorrect_code": _("This code is not right."),
    "email_taken": _("There is an account with this address already."),
    "duplicate_email": _("This is your address already."),
    "same_as_current": _("This is the same as now; enter another one."),
    "invalid_password_reset": _("This link has been used or has expired."),
    "unverified_primary_email": _("Confirm your address first."),
}
