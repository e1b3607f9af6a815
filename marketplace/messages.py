"""The site's words in other languages: find them in code and templates, merge them into the catalogue, compile it.

Babel does the work, so that nobody needs gettext's own programs. A development tool: Babel is no run-time dependency.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOMS = ("marketplace", "catalog", "sandbox")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
CALL = re.compile(r"\b(?:n?p?gettext)\(")


def catalogue_path(language: str = "zh_Hans") -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def found_messages() -> Catalog:
    """Every translatable string of the code and the templates, with the files it stands in."""
    catalogue = Catalog(charset="utf-8")
    for path, source in sources():
        for _line, message, comments, context in extract(
            "python", io.BytesIO(source.encode()), KEYWORDS, comment_tags=("Translators:",)
        ):
            catalogue.add(message, locations=[(path, 0)], auto_comments=comments, context=context)
    return catalogue


def sources() -> Iterator[tuple[str, str]]:
    """Path and Python-like text of everything that may hold strings."""
    base = Path(settings.BASE_DIR)
    for room in ROOMS:
        for path in sorted((base / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(base)), path.read_text()
    for path in sorted(each for kind in ("*.html", "*.txt") for each in (base / "templates").rglob(kind)):
        yield str(path.relative_to(base)), calls_of(templatize(path.read_text(), origin=str(path)))


def calls_of(templatized: str) -> str:
    """Only the gettext calls of a templatized template, a line each: the rest of it is not quite Python."""
    calls = []
    for match in CALL.finditer(templatized):
        depth, place, quote = 0, match.end() - 1, ""
        while True:
            sign = templatized[place]
            if quote:
                if sign == "\\":
                    place += 1
                elif sign == quote:
                    quote = ""
            elif sign in "'\"":
                quote = sign
            else:
                depth += (sign == "(") - (sign == ")")
            place += 1
            if not depth:
                break
        calls.append(templatized[match.start() : place].replace("\n", " "))
    return "\n".join(calls)


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans", abort_invalid=True)


def merged(path: Path) -> Catalog:
    """The catalogue at ``path`` brought up to date: new strings empty, vanished ones gone, nothing guessed."""
    catalogue = read(path) if path.exists() else Catalog(locale="zh_Hans", charset="utf-8")
    catalogue.update(found_messages(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.header_comment = "# The site's words in Simplified Chinese."
    catalogue.project, catalogue.version = "Touchstone", ""
    catalogue.copyright_holder = catalogue.msgid_bugs_address = catalogue.last_translator = ""
    catalogue.language_team = ""
    return catalogue


def unfinished(catalogue: Catalog) -> list[Message]:
    """Messages without a translation, or with a doubtful one."""

    def is_done(message: Message) -> bool:
        strings = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        return all(strings) and not message.fuzzy

    return [message for message in catalogue if message.id and not is_done(message)]


def write(catalogue: Catalog, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, sort_by_file=True, include_lineno=False)
    compile_to_mo(catalogue, path)


def compile_to_mo(catalogue: Catalog, path: Path) -> None:
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)


def fresh_mo(catalogue: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()
