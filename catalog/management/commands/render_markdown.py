"""``render_markdown < text``: safe HTML on standard output, as the pages show a model's answer."""

import io
import sys
from typing import Any

from django.core.management.base import BaseCommand

from catalog import markdown


class Command(BaseCommand):
    help = "Reads Markdown from standard input and prints the safe HTML that the pages would show."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        stream = getattr(sys.stdin, "buffer", None)
        text = stream.read().decode("utf-8", "replace") if isinstance(stream, io.BufferedIOBase) else sys.stdin.read()
        self.stdout.write(markdown.render(text))
