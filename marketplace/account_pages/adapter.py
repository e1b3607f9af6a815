"""What this site adds to signing in: a guest's trials join the account, and letters go out as all of ours do."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.stages import EmailVerificationStage
from allauth.core import context as current
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from marketplace import crypto
from marketplace.account_pages import words
from marketplace.accounts import guests, letters
from marketplace.accounts.addresses import client_address
from marketplace.accounts.models import User
from sandbox import joining


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Sign-in by e-mail; a guest's trials join the account."""

    error_messages = DefaultAccountAdapter.error_messages | words.ERRORS

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """In production an address is proved by a letter that is really mailed, or not at all."""
        return bool(settings.EMAIL_URL) or not settings.PRODUCTION

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.language = get_language() or ""
        return super().save_user(request, user, form, commit)  # type: ignore[no-any-return]

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        """Take over what this browser has tried as a guest; the next guest at it starts with nothing."""
        response: HttpResponse = super().post_login(request, user, **how)
        if joined := joining.join(user=user, guest=guests.fingerprint(request.COOKIES.get(guests.COOKIE, ""))):
            said = ngettext(
                "%(count)d trial of this browser is now in your account.",
                "%(count)d trials of this browser are now in your account.",
                joined,
            )
            messages.info(request, said % {"count": joined})
        guests.forget(response)
        return response

    def get_login_stages(self) -> list[str]:
        own = f"{VerifyAddress.__module__}.{VerifyAddress.__qualname__}"
        usual = f"{EmailVerificationStage.__module__}.{EmailVerificationStage.__qualname__}"
        return [own if stage == usual else stage for stage in super().get_login_stages()]

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("catalog:home")

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """After the commit; a letter that cannot be sent is logged and takes no page down."""
        words_of = {"site": letters_site(current.request), "email": email, **context}
        letters.post(self.render_mail(template_prefix, email, words_of), template_prefix)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return letters_site(request) + reverse("account_confirm_email", args=[emailconfirmation.key])

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _dash, rest = key.partition("-")
        address = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": rest})
        return letters_site(current.request) + address


class VerifyAddress(EmailVerificationStage):  # type: ignore[misc]  # allauth has no types
    """An operator whom the terminal made without an address has none to verify; nobody else is without one."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user = self.login.user  # None where somebody signs up with an address that has an account
        if user and user.is_superuser and not user.email:
            return None, True
        return super().handle()  # type: ignore[no-any-return]


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """The app's secret and the seed of the recovery codes are encrypted like every other secret that must be read."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right. Codes change every 30 seconds: enter the one shown now."),
        "cannot_generate_recovery_codes": _("Recovery codes go with a second factor; set up an app first."),
    }

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(encrypted_text)


def letters_site(request: HttpRequest | None) -> str:
    """Where addresses in a letter lead: the site's own name; on one's own computer the one that the browser uses."""
    if settings.SITE_URL or settings.PRODUCTION or request is None:
        return str(settings.LETTERS_SITE)
    return f"{request.scheme}://{request.get_host()}"
