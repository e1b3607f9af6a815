"""Names the admin that is ours; apart from it, because Django reads this before any model."""

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    default_site = "marketplace.accounts.staff.Desk"
