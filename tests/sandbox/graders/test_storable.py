"""What strangers spell in JSON's escapes is kept by every database."""

import json

from sandbox.graders import judge, rule
from sandbox.graders.storable import storable, storable_json

HALF = "x\ud83d\0y"


def test_half_a_character_and_a_nul_are_no_text():
    assert storable(HALF) == "x?y"
    assert storable_json({HALF: [HALF, 1, None], "k": (HALF,)}) == {"x?y": ["x?y", 1, None], "k": ["x?y"]}


def test_a_judges_reason_can_be_stored():
    said = json.dumps({"scores": {"depth": {"score": 7, "reason": HALF}}})
    found = judge.read(said, ["depth"])["depth"]
    assert (found.value, found.reason) == (7.0, "x?y")


def test_what_a_rule_read_can_be_stored():
    found = rule.grade([{"rule": "json", "schema": {"type": "object"}}], '{"a": "x\\ud83d\\u0000y"}')
    for told in (found.reason, json.dumps(found.evidence, ensure_ascii=False)):
        assert storable(told) == told
