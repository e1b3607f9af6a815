"""People who sign in. Visitors need not: a guest is a signed cookie (see guests.py)."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person with a password; our own class from the first migration, so that it can grow."""
