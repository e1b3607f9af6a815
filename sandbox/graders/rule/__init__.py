"""Scores an answer by the checks of its question: 10 where it is right, 1 where it is wrong or commits to nothing.

A check is a dict with a ``rule``:

- ``{"rule": "number", "value": "42", "tolerance": "0.01" | "1%", "unit": "km"}``
- ``{"rule": "choice", "value": "B"}`` (several letters: exactly these)
- ``{"rule": "exact", "value": "…"}`` (letters and digits alone are compared)
- ``{"rule": "code_output", "value": "[1, 2]"}`` (as Python literals)
- ``{"rule": "regex", "pattern": "…"}`` (somewhere in the committed answer)
- ``{"rule": "json", "schema": {…}}`` (the last JSON of the answer)
- ``{"rule": "contains", "values": […]}`` (all of them), ``{"rule": "forbids", "values": […]}`` (none of them)

``"label": "Reading"`` has a check look at the last line that begins with that word, where a question asks for a reading
beside its answer; ``"dimension": "recognition-accuracy"`` has it count for that dimension alone.
"""

from sandbox.graders.rule.grading import Check, RuleScore, concerning, grade

__all__ = ["Check", "RuleScore", "concerning", "grade"]
