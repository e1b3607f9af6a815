"""Plants in what an answer says of itself: its usage, and the model's name."""

from __future__ import annotations

from typing import Any

from sandbox.simulators.plants.rewriting import Rewriting, usages


class SendsNoBill(Rewriting):
    def change(self, value: dict[str, Any]) -> dict[str, Any] | None:
        for holder, name in list(usages(value)):
            del holder[name]
        return None if value.get("choices") == [] else value


class BillsNoStream(SendsNoBill):
    """Whole answers have their usage, streams have none."""

    def tell(self, answer: dict[str, Any]) -> dict[str, Any]:
        return answer


_OUTPUT = ("completion_tokens", "output_tokens", "candidatesTokenCount")
_INPUT = ("prompt_tokens", "input_tokens", "promptTokenCount")


class Billing(Rewriting):
    """Changes the counts of its bills."""

    def change(self, value: dict[str, Any]) -> dict[str, Any] | None:
        for holder, name in usages(value):
            holder[name] = {key: self.count(key, number) for key, number in holder[name].items()}
        return value

    def count(self, key: str, number: Any) -> Any:
        raise NotImplementedError


class BillsHalf(Billing):
    def count(self, key: str, number: Any) -> Any:
        return None if key in _OUTPUT else number


class BillsTenfold(Billing):
    def count(self, key: str, number: Any) -> Any:
        return number * 10 + 500 if key in _OUTPUT else number


class BillsTheQuestionTenfold(Billing):
    def count(self, key: str, number: Any) -> Any:
        return number * 20 + 2_000 if key in _INPUT else number


class BillsNothing(Billing):
    def count(self, key: str, number: Any) -> Any:
        return 0 if isinstance(number, int) else number


class BillsNegative(Billing):
    def count(self, key: str, number: Any) -> Any:
        return -5 if key in _OUTPUT else number


class Naming(Rewriting):
    """Changes the model's name."""

    def change(self, value: dict[str, Any]) -> dict[str, Any] | None:
        for holder in (value, value.get("message")):
            for key in ("model", "modelVersion"):
                if isinstance(holder, dict) and key in holder:
                    holder[key] = self.name(holder[key])
        return value

    def name(self, asked: str) -> str:
        raise NotImplementedError


class AnswersInAnothersName(Naming):
    def name(self, asked: str) -> str:
        return "someone-else-9"


class AnswersInASiblingsName(Naming):
    """Of the same family, and not what was asked for: as an alias and what stands behind it may be."""

    def name(self, asked: str) -> str:
        return f"{asked.partition('-')[0]}-cheaper"
