"""The API's description (``/api/schema/``): what every operation may answer is written here, once."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema

from marketplace.accounts.bearer import SignedIn, scope_of
from marketplace.problems import CONTENT_TYPE, TITLES

PROBLEM = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
VERBS = ("get", "post", "put", "patch", "delete")


class Description(AutoSchema):
    """Says which scope a key needs, and whether a guest may."""

    def get_auth(self) -> list[dict[str, list[str]]]:
        auths: list[dict[str, list[str]]] = super().get_auth()
        open_to_guests = not any(isinstance(each, SignedIn) for each in self.view.get_permissions())
        return [{}, *auths] if open_to_guests and {} not in auths else auths

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it
        text: str = super().get_description() or ""
        scope = scope_of(self.view, self.method)
        return f"{text}\n\nScope of a key: `{scope}`.".strip() if scope else text


def add_common_answers(result: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """What any operation may say: who are you, you may not, nothing is here, I cannot read that. All are problems."""
    if not any(verb in item for item in result["paths"].values() for verb in VERBS):
        return result
    for item in result["paths"].values():
        for verb, operation in item.items():
            answers = operation["responses"]
            for status in _common(verb, operation):
                answers.setdefault(str(status), {"description": str(TITLES[status])})
            for status, answer in answers.items():
                if status.startswith(("4", "5")):
                    answer["content"] = PROBLEM
                    answer["description"] = answer.get("description") or str(TITLES.get(int(status), ""))
            operation["responses"] = dict(sorted(answers.items()))
    return result


def _common(verb: str, operation: dict[str, Any]) -> list[int]:
    statuses = [401, 406]
    if "requestBody" in operation:
        statuses += [400, 413, 415]
    if verb != "get" or "Scope of a key" in operation.get("description", ""):
        statuses.append(403)
    if any(parameter["in"] == "path" or parameter["name"] == "page" for parameter in operation.get("parameters", [])):
        statuses.append(404)
    return statuses
