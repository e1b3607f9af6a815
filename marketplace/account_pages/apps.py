from django.apps import AppConfig


class AccountPagesConfig(AppConfig):
    name = "marketplace.account_pages"
    label = "account_pages"
