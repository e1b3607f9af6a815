from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "marketplace.accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from marketplace.accounts import checks

        register(checks.check_letters, deploy=True)
