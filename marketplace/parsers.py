"""Reads JSON bodies so that none of them, however odd, is a fault of ours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class Parser(JSONParser):
    """The framework's, but for bodies that nest deeper than Python reads, and in the sender's language."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError(_("The body is nested too deeply.")) from None
        except ParseError as error:
            raise ParseError(not_json(error.__context__)) from None


def not_json(cause: BaseException | None) -> str:
    """Where it stops being JSON, if that is one place; what Python says about the rest tells a stranger nothing."""
    if isinstance(cause, json.JSONDecodeError):
        place = {"line": cause.lineno, "column": cause.colno}
        return _("The body is not JSON from line %(line)d, column %(column)d on.") % place
    return _("The body is not JSON.")
