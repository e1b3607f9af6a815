"""``manage.py messages``: bring the Chinese catalogue up to date with the code, and compile it."""

from typing import Any

from django.core.management.base import BaseCommand

from marketplace import messages


class Command(BaseCommand):
    help = "Merge new strings into locale/, compile it, and list what still needs a translation."

    def handle(self, *args: Any, **options: Any) -> None:
        path = messages.catalogue_path()
        catalogue = messages.merged(path)
        messages.write(catalogue, path)
        missing = messages.unfinished(catalogue)
        for message in missing:
            self.stdout.write(f"untranslated: {message.id!r}")
        self.stdout.write(f"{len(catalogue)} strings, {len(missing)} to translate")
