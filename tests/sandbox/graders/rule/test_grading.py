"""Each rule reads real-looking answers, and the last commitment decides."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.graders.rule import RuleScore, grade
from sandbox.seed.written import read_prompts

REASONING = read_prompts("deep-reasoning")


def number(value: str, text: str, **check: str) -> RuleScore:
    return grade([{"rule": "number", "value": value, **check}], text)


@pytest.mark.parametrize(
    ("value", "unit", "tolerance", "text"),
    [
        ("42", "", "", "Answer: 42"),
        ("42", "", "", "First 6 × 7.\n\n**Answer:** 42."),
        ("42", "", "", "**Answer**: **42**"),
        ("42", "", "", "## Answer\n\n42"),
        ("42", "", "", "The answer to the question is 42, because 6 × 7 = 42 and not 43."),
        ("42", "", "", "So the final answer is\n\n$$\\boxed{42}$$"),
        ("42", "", "", "#### 42"),
        ("42", "", "", "答案：42"),
        ("42", "", "", "【答案】42"),
        ("42", "", "", "所以最终答案是 42 个。"),
        ("42", "", "", "答：一共 42 个。"),
        ("42", "", "", "答案：四十二"),
        ("42", "", "", '{"reasoning": "6 times 7", "answer": "42"}'),
        ("42", "", "", '```json\n{"answer": 42}\n```'),
        ("42", "", "", '{"reasoning": "says "six"", "answer": 42}'),
        ("42", "", "", "Multiplying gives 6 * 7 = 42."),
        ("42", "", "", "There are 42."),
        ("42", "", "", "Answer: 6 × 7 = 42 apples (6 rows of 7)"),
        ("35000", "", "", "答案：三万五千"),
        ("35000", "", "", "答案：三万五"),
        ("35000", "", "", "答案：3.5 万"),
        ("35000", "", "", "Answer: 35,000"),
        ("35000", "", "", "Answer: 35 thousand"),
        ("35000", "", "", "Answer: 3.5e4"),
        ("35000", "", "", "Answer: 3.5 × 10^4"),
        ("35000", "", "", "\\boxed{3.5 \\times 10^{4}}"),
        ("35000", "", "", "\\boxed{35{,}000}"),
        ("35000", "", "", "\\boxed{35\\,000}"),
        ("0.75", "", "", "Answer: 3/4"),
        ("0.75", "", "", "\\boxed{\\frac{3}{4}}"),
        ("0.75", "", "", "\\boxed{\\dfrac34}"),
        ("0.75", "", "", "答案：四分之三"),
        ("0.75", "", "", "Answer: ¾"),
        ("0.75", "", "", "Answer: 75%"),
        ("2.5", "", "", "Answer: 2 1/2"),
        ("2.5", "", "", "\\boxed{2\\frac{1}{2}}"),
        ("-5", "", "", "Answer: −5"),
        ("-5", "", "", "Answer: -$5"),
        ("-5", "", "", "答案：负五"),
        ("12", "%", "", "答案：百分之十二"),
        ("12", "%", "", "Answer: 12 %"),
        ("12", "%", "", "Answer: 12 percent"),
        ("12", "%", "", "Answer: 0.12"),
        ("12", "%", "", "\\boxed{12\\%}"),
        ("78", "%", "0.05", "答案：甲，78.0%"),
        ("1.41421356", "", "0.0001", "\\boxed{\\sqrt{2}}"),
        ("6.283", "", "0.1%", "Answer: 2π"),
        ("120", "", "", "\\boxed{5!}"),
        ("1021_3", "", "", "\\boxed{1021_3}"),
        ("1021_3", "", "", "Answer: 1021"),
        ("2", "km", "", "Answer: 2 km"),
        ("2", "km", "", "Answer: 2000 m"),
        ("2", "km", "", "答案：2 公里"),
        ("2", "km", "", "Answer: 2"),
        ("46.7", "minutes", "0.05", "Answer: 46 min 40 s"),
        ("46.7", "minutes", "0.05", "Answer: about 46.67 minutes after 3 o'clock"),
        ("468", "升", "", "答案：468 升"),
        ("468", "升", "", "答案：468 L"),
        ("528", "万元", "", "答案：528 万元"),
        ("528", "万元", "", "答案：5,280,000 元"),
        ("528", "万元", "", "答案：528"),
        ("528", "万元", "", "答案：5280000"),
        ("26.4", "thousand euros", "0.05", "Answer: 26.4 thousand euros"),
        ("26.4", "thousand euros", "0.05", "Answer: €26,400"),
        ("26.4", "thousand euros", "0.05", "Answer: 26.4k €"),
        ("54.6", "$", "0.005", "Answer: $54.60"),
        ("3.3", "euros", "0.005", "Answer: 3.30 euros"),
        ("177.1", "元", "0.06", "答案：177.07 元"),
        ("3.3", "元", "", "答案：3 元 3 角"),
        ("2250", "箱", "", "答案：2250 箱"),
        ("5", "千克", "", "答案：5 千克"),
        ("5000", "克", "", "答案：5 千克"),
        ("1,875", "", "", "Answer: 1875"),
        ("300000000", "", "", "答案：三亿"),
        ("3000000000000", "", "", "答案：三万亿"),
        ("105", "", "", "答案：一百零五"),
        ("2025", "", "", "答案：二〇二五"),
        ("3.14", "", "", "答案：三点一四"),
    ],
)
def test_a_right_number_scores_ten(value: str, unit: str, tolerance: str, text: str) -> None:
    score = number(value, text, unit=unit, tolerance=tolerance)
    assert score.value == 10, score


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("42", "", "Answer: 43"),
        ("42", "", "42 looks right, but: Answer: 43"),
        ("42", "", "Answer: 42. Wait, I made a slip. Answer: 43"),
        ("42", "km", "Answer: 42 kg"),
        ("42", "km", "Answer: 42 miles"),
        ("54.6", "$", "Answer: 54.60 euros"),
        ("42", "", "Answer: 60 - 18"),
        ("5", "", "The options are 3, 4 and 5. Answer: 4"),
        ("0.42", "%", "Answer: 42%"),
        ("42", "", "Answer: cannot be determined"),
    ],
)
def test_a_wrong_number_scores_one(value: str, unit: str, text: str) -> None:
    assert number(value, text, unit=unit).value == 1


@pytest.mark.parametrize("text", ["", "   ", "I do not know.", "不知道。", "…"])
def test_an_answer_that_commits_to_nothing_scores_one_and_says_so(text: str) -> None:
    score = number("42", text)
    assert score.value == 1
    assert score.reason == "∅ ≠ 42"
    assert score.evidence == {"rule": "number", "expected": "42", "read": None, "where": "", "others": []}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("If it were 12, the answer would be 12. But we have 14 rows, so the answer is 14.", "14"),
        ("The answer is 14. If there were twice as many, the answer would be 28.", "14"),
        ("答案是 14。假设每排多一个，答案就是 15。", "14"),
        ("如果有人说答案是 12，那是漏算了。答案：14", "14"),
        ("Answer: 14\n\nA student wrote “Answer: 12”, which forgets two.", "14"),
        ("The answer is 14.\n\n> The answer is 12.", "14"),
        ("Answer: 14\n```\nprint('answer: 12')\n```", "14"),
        ("The answer is 14; `answer: 12` is what the code prints.", "14"),
        ("The wrong answer is 12. The answer is 14.", "14"),
        ("The answer is 14. The tempting answer is 12.", "14"),
        ("The answer is 14. The answer is not 12.", "14"),
        ("答案：14。他的答案是 12。", "14"),
        ("Some people may say the answer is 12, so 7 + 7 = 14.", "14"),
        ("If it were so, the answer would be 12.", "12"),
        ("“答案：12”", "12"),
        ("So the total is 14. A note said “Answer: 12”.", "14"),
    ],
)
def test_what_is_quoted_or_supposed_counts_only_when_there_is_nothing_else(text: str, read: str) -> None:
    score = number("14", text)
    assert score.evidence["read"] == read


def test_the_evidence_keeps_what_was_committed_to_before() -> None:
    score = number("42", "Answer: 40\nNo: Answer: 41\nAnswer: 42")
    assert score.value == 10
    assert score.reason == "42 = 42"
    assert score.evidence["others"] == ["41", "40"]
    assert score.evidence["where"] == "marker"


def test_an_expected_value_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="many"):
        number("many", "Answer: 4")


def choice(value: str, text: str) -> RuleScore:
    return grade([{"rule": "choice", "value": value}], text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("B", "Answer: B"),
        ("B", "The answer is (B)."),
        ("B", "答案：B"),
        ("B", "【答案】B <eoa>"),
        ("B", "故选 B。"),
        ("B", "所以选择：B"),
        ("B", "The correct option is **B**, since A good deal is lost otherwise."),
        ("B", "\\boxed{\\text{B}}"),
        ("B", "A is too long. Therefore option B is correct."),
        ("B", "A 不对。\n\nB"),
        ("BD", "答案：BD"),
        ("BD", "Answer: B and D"),
        ("BD", "Answer: D, B"),
        ("BD", "答案：B、D"),
        ("BD", "答案是 B 和 D。"),
        ("ACE", '{"answer": "ACE"}'),
        ("B", "Answer: I think it is (B)"),
        ("B", "Answer: B. The bank"),
    ],
)
def test_a_right_choice_scores_ten(value: str, text: str) -> None:
    assert choice(value, text).value == 10


@pytest.mark.parametrize(
    ("value", "text", "read"),
    [
        ("B", "Answer: C", "C"),
        ("B", "Answer: B and C", "BC"),
        ("BD", "Answer: B", "B"),
        ("B", "【答案】无正确答案，选项都不对", None),
        ("B", "Answer: none of them", None),
        ("A", "A good question. I cannot tell.", None),
        ("B", "", None),
    ],
)
def test_a_wrong_choice_scores_one(value: str, text: str, read: str | None) -> None:
    score = choice(value, text)
    assert score.value == 1
    assert score.evidence["read"] == read


@pytest.mark.parametrize(
    ("value", "text", "right"),
    [
        ("王周郑吴冯", "推理……\n答案：王周郑吴冯", True),
        ("王周郑吴冯", "答案：王、周、郑、吴、冯。", True),
        ("王周郑吴冯", "答案：**王周郑吴冯**", True),
        ("王周郑吴冯", "答案：周王郑吴冯", False),
        ("Tuesday", "It must be so.\nAnswer: tuesday.", True),
        ("Tuesday", "", False),
    ],
)
def test_exact_compares_letters_and_digits_alone(value: str, text: str, right: bool) -> None:
    assert grade([{"rule": "exact", "value": value}], text).value == (10 if right else 1)


@pytest.mark.parametrize(
    ("value", "text", "right"),
    [
        ("[1, 3, 3, 5]", "答案：[1, 3, 3, 5]", True),
        ("[1, 3, 3, 5]", "答案：`[1,3,3,5]`", True),
        ("[1, 3, 3, 5]", "Answer: **[1, 3, 3, 5]**", True),
        ("[1, 3, 3, 5]", "答案：(1, 3, 3, 5)", False),
        ("[1, 3, 3, 5]", "答案：[1, 3, 3, 6]", False),
        ("['iue', 'uf']", 'Answer: ["iue", "uf"]', True),
        ("['iue', 'uf']", '{"answer": ["iue", "uf"]}', True),
        ("['iue', 'uf']", "{\"answer\": \"['iue', 'uf']\"}", True),
        ("'ba'", "Answer: ba", True),
        ("'ba'", "Answer: 'ba'", True),
        ("'  ba'", '{"answer": "  ba"}', True),
        ("'  ba'", '{"answer": "ba"}', False),
        ("'\\\\foo'", '{"answer": "\\\\foo"}', True),
        ("True", "Answer: True", True),
        ("True", "Answer: 1", False),
        ("True", "The answer is `True`, a truth value that the last line prints.", True),
        ("''", '{"answer": ""}', True),
        ("5", "\\boxed{5}", True),
        ("5", "\\boxed{\\text{5}}", True),
        ("{'a': 1}", '{"answer": {"a": 1}}', True),
        ("{'a': 1}", '{"answer": "{"a": 1}"}', True),
        ("'a'", '{"answer": "\\xa"}', False),
        ("[3]", "It returns a list with the three in it, as explained above.", False),
        ("[3]", "", False),
        ("[3]", "Answer: " + "[" * 300, False),
        ("[3]", "Answer: [" + "1," * 15_000 + "]", False),
    ],
)
def test_code_output_is_compared_as_a_literal(value: str, text: str, right: bool) -> None:
    assert grade([{"rule": "code_output", "value": value}], text).value == (10 if right else 1)


SCHEMA = {"type": "object", "required": ["total"], "properties": {"total": {"const": 75.45}}}


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ('Done:\n```json\n{"total": 75.45}\n```', True),
        ('Done: {"total": 75.45} as asked.', True),
        ('First {"total": 1}, then {"total": 75.45}', True),
        ('```json\n{"total": 75.45}\n```\n```\nnot json\n```', True),
        ('```json\n{"total": 75.46}\n```', False),
        ('{"sum": 75.45}', False),
        ("{total: 75.45}", False),
        ("no JSON here", False),
        ("[" * 5000, False),
    ],
)
def test_json_is_checked_against_the_schema(text: str, right: bool) -> None:
    score = grade([{"rule": "json", "schema": SCHEMA}], text)
    assert score.value == (10 if right else 1)


def test_a_json_failure_names_where_it_failed() -> None:
    score = grade([{"rule": "json", "schema": SCHEMA}], '{"total": 3}')
    assert score.reason == '{"total": 3} ≠ JSON $.total'


@pytest.mark.parametrize(
    ("check", "text", "right"),
    [
        ({"rule": "regex", "pattern": "^甲"}, "乙更好？\n答案：甲，78%", True),
        ({"rule": "regex", "pattern": "^甲"}, "甲更好？\n答案：乙，73%", False),
        ({"rule": "regex", "pattern": "night"}, "We fix bikes at night", True),
        ({"rule": "regex", "pattern": "night"}, "", False),
        ({"rule": "contains", "values": ["Free", "28 日"]}, "free until 28日", True),
        ({"rule": "contains", "values": ["free", "28 日"]}, "free for all", False),
        ({"rule": "contains", "values": ["free"]}, "", False),
        ({"rule": "forbids", "values": ["匠心", "治愈"]}, "一杯热拿铁", True),
        ({"rule": "forbids", "values": ["匠心", "治愈"]}, "匠 心之作", False),
    ],
)
def test_patterns_and_words(check: dict[str, Any], text: str, right: bool) -> None:
    assert grade([check], text).value == (10 if right else 1)


def test_several_checks_are_averaged_and_the_failed_one_is_shown() -> None:
    score = grade([{"rule": "number", "value": "4"}, {"rule": "contains", "values": ["Tokyo"]}], "Answer: 4 in Kyoto")
    assert score.value == 5.5
    assert score.reason == "4 = 4 · ∅ ≠ Tokyo"
    assert score.evidence["rule"] == "contains"
    assert [row["rule"] for row in score.evidence["checks"]] == ["number", "contains"]


def test_without_checks_there_is_no_score() -> None:
    assert grade([], "Answer: 4") == RuleScore(None, "", {})


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(KeyError):
        grade([{"rule": "vibes"}], "Answer: 4")


def test_long_evidence_is_cut() -> None:
    score = grade([{"rule": "exact", "value": "x"}], "Answer: " + "y" * 390)
    assert len(score.evidence["read"]) == 200


RIGHT_JSON = {
    "zh-order-json": '```json\n{"goods": 86, "discounted": 67.45, "fees": 8, "total": 75.45}\n```',
    "en-split-json": '{"balances": {"Mia": 81, "Jon": -51, "Ada": -30}, "transfers": ['
    '{"from": "Ada", "to": "Mia", "amount": 30}, {"from": "Jon", "to": "Mia", "amount": 51}]}',
}


def final_line(slug: str, language: str, check: dict[str, Any]) -> str:
    if slug in RIGHT_JSON:
        return RIGHT_JSON[slug]
    unit = check.get("unit", "")
    mark = "答案：" if language == "zh" else "Answer: "
    return f"{mark}{unit}{check['value']}" if unit == "$" else f"{mark}{check['value']} {unit}"


@pytest.mark.parametrize("prompt", REASONING, ids=[p.slug for p in REASONING])
def test_every_house_prompt_can_be_answered_right(prompt: Any) -> None:
    answer = f"{prompt.reference}\n\n{final_line(prompt.slug, prompt.language, prompt.checks[0])}"
    assert grade(prompt.checks, answer).value == 10
    value = "CE" if prompt.checks[0]["rule"] == "choice" else '{"total": 7}'
    wrong = f"答案：{value}" if prompt.language == "zh" else f"Answer: {value}"
    assert grade(prompt.checks, f"{prompt.reference}\n\n{wrong}").value == 1
