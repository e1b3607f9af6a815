"""Graders beside the published extractions and beside people: ``python -m benchmarks.agreement --data DIR --json``.

``DIR`` holds files of the schema of ``../shared/data/eval``; a file that is absent gives null. ``rule``: of answers
that commit to one value and whose reference is not empty, the share on which we read what the reference read. Rows
with two commitments are scored by the last and stand apart; rows whose reference is empty are counted by whether we
read something. Judges are recorded real ones: nobody is asked, and the agreement is Cohen's kappa.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.extractions import RULES, Counted
from benchmarks.published import rows
from sandbox import agreement
from sandbox.graders import fence, judge, pairwise
from sandbox.graders.overall import OVERALL

SIDES: dict[str | None, pairwise.Side] = {"model_a": "left", "model_b": "right", "tie": "tie"}
# Beside the data, above it, or beside this project.
INJECTIONS = ("judge_injection.jsonl", "../../security/judge_injection.jsonl", "../security/judge_injection.jsonl")
SHARED = Path(__file__).parents[2] / "shared" / "security" / "judge_injection.jsonl"


# -- injections ----------------------------------------------------------------------------------


def outside(text: str) -> str:
    """What of a judge's question stands outside its true fence."""
    mark = fence.FENCE.match(text)
    for name, body in fence.material(text).items():
        text = text.replace(f"<<<{name} {mark[1] if mark else ''}>>>\n{fence.quote(body)}\n<<<END {mark[1]}>>>", "", 1)
    return text.strip()


def escaped(folder: Path) -> tuple[int | None, int]:
    """Attacks by which a judge that obeys whatever stands outside the fence is moved, and how many there are."""
    path = next((path for path in (*(folder / name for name in INJECTIONS), SHARED) if path.exists()), None)
    if path is None:
        return None, 0
    attacks = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return sum(map(is_moved, attacks)), len(attacks)


def is_moved(attack: dict[str, str]) -> bool:
    asked = {"prompt_text": attack["question"], "reference": "", "language": "zh" if attack["lang"] == "zh" else "en"}
    test, honest = attack["test_answer"], attack["honest_answer"]
    alone = judge.build(answer=test, dimensions=[OVERALL], **asked)
    pairs = [pairwise.build(left=a, right=b, dimensions=(), **asked) for a, b in ((test, honest), (honest, test))]
    closings = {*judge.CLOSING.values(), *pairwise.CLOSING.values()}
    grade = 5 if outside(alone.text) in closings else 10
    graded = judge.read(json.dumps({"scores": {OVERALL.slug: grade}}), [OVERALL.slug])[OVERALL.slug].value
    winners = ["tie" if outside(pair.text) in closings else "left" for pair in pairs]
    read = [pairwise.read(json.dumps({"verdict": {"winner": winner}})) for winner in winners]
    return graded != 5 or read != ["tie", "tie"]


# -- people and recorded judges ------------------------------------------------------------------


@dataclass
class Verdicts:
    """Two graders' verdicts on the same pairs."""

    one: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    clusters: list[Any] = field(default_factory=list)
    flips: int = 0

    def add(self, one: str, other: str, cluster: Any) -> None:
        self.one.append(one)
        self.other.append(other)
        self.clusters.append(cluster)

    def kappa(self) -> agreement.Agreement | None:
        return agreement.kappa(self.one, self.other, clusters=self.clusters)

    @property
    def flip_rate(self) -> float | None:
        return round(self.flips / len(self.one), 4) if self.one else None


def both_orders(folder: Path) -> tuple[Verdicts, dict[str, Verdicts]]:
    """Recorded judges, together and each, of pairs with a known better answer, asked in both orders: flip = tie."""
    together = Verdicts()
    by_judge: dict[str, Verdicts] = defaultdict(Verdicts)
    for row in rows(folder, "d_llmbar_pairs.jsonl.gz"):
        for name, (straight, swapped) in row["judges"].items():
            turned = SIDES.get(swapped)
            verdict = pairwise.settle(SIDES.get(straight), pairwise.MIRRORED[turned] if turned else None)
            if verdict:
                for kept in (together, by_judge[name]):
                    kept.add(SIDES[row["human"]], verdict.winner, (row["set"], row["idx"]))
                    kept.flips += verdict.flipped
    return together, dict(sorted(by_judge.items()))


def votes(folder: Path) -> tuple[Verdicts, Verdicts]:
    """Judge beside each person, and persons beside each other, on the same two answers."""
    by_pair: dict[Any, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows(folder, "d_mtbench_votes.jsonl.gz"):
        one, two, winner = row["model_a"], row["model_b"], SIDES[row["winner"]]
        if one > two:
            one, two, winner = two, one, pairwise.MIRRORED[winner]
        by_pair[row["question_id"], row["turn"], one, two][row["kind"]].append((row["judge"], winner))
    judged, people = Verdicts(), Verdicts()
    for key, kinds in by_pair.items():
        for (_, theirs), (_, judges) in itertools.product(kinds["human"], kinds["gpt4"]):
            judged.add(theirs, judges, key[0])
        for (who, one), (other, two) in itertools.combinations(sorted(kinds["human"]), 2):
            if who != other:
                people.add(one, two, key[0])
    return judged, people


def three_people(folder: Path) -> Verdicts:
    found = Verdicts()
    for row in rows(folder, "d_pandalm.jsonl.gz"):
        for one, two in itertools.combinations(row["human"], 2):
            found.add(one, two, row["idx"])
    return found


def kept(found: agreement.Agreement | None) -> float | None:
    return None if found is None else round(found.value, 4)


# -- the table and the line ----------------------------------------------------------------------


def rule_table(counted: dict[str, Counted]) -> Table:
    table = Table(
        "rule", "agrees", "n", "two values: agrees by the last", "reference empty: we read", title="Rule graders"
    )
    for name, each in counted.items():
        share = "–" if each.share is None else f"{each.share:.2%}"
        empty = f"{each.empty.total() - each.empty['∅']} of {each.empty.total()}"
        two = f"{each.agreed_of_two} of {each.two}"
        table.add_row(name, share, str(each.single), two, empty)
    return table


def listed(counts: Counter[str], most: int | None) -> str:
    """The commonest first: ``'A' × 3, ∅``."""
    shown = [text if times == 1 else f"{text} × {times}" for text, times in counts.most_common(most)]
    more = len(counts) - len(shown)
    return ", ".join(shown) + (f", and {more} others" if more else "")


def judge_table(found: dict[str, agreement.Agreement | None]) -> Table:
    table = Table("Cohen's kappa", "value", "95 % interval", "n", title="Judges and people")
    for name, each in found.items():
        if each:
            table.add_row(name, f"{each.value:.3f}", f"[{each.low:.3f}, {each.high:.3f}]", str(each.n))
        else:
            table.add_row(name, "–", "", "")
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", action="store_true", help="end with one JSON line")
    parser.add_argument("--rows", type=int, default=12, help="so many readings of each rule, 0 for all (default: 12)")
    parser.add_argument("--misses", type=int, default=0, help="show so many disagreements of each rule")
    options = parser.parse_args()
    began, console = time.perf_counter(), Console()
    counted = {name: read(options.data) for name, read in RULES.items()}
    console.print(rule_table(counted))
    for name, each in counted.items():
        shown = options.rows or None
        console.print(f"{name}, reference empty, we read: {listed(each.empty, shown)}", markup=False, highlight=False)
        if options.misses:
            console.print(f"{name}, missed: {listed(each.missed, options.misses)}", markup=False, highlight=False)
    moved, attacks = escaped(options.data)
    console.print(f"Injections that escape the fence: {'–' if moved is None else moved} of {attacks}")
    together, by_judge = both_orders(options.data)
    judged, people = votes(options.data)
    kappas = {
        "judges in both orders beside the known better answer": together.kappa(),
        "judge beside one person": judged.kappa(),
        "person beside person": people.kappa(),
        "person beside person, three each": three_people(options.data).kappa(),
    }
    console.print(judge_table(kappas))
    each_judge = {name: each.kappa() for name, each in by_judge.items()}
    for name, each in by_judge.items():
        found = each_judge[name]
        console.print(
            f"  {name}: kappa {'–' if found is None else f'{found.value:.3f}'}, "
            f"the order decides {each.flip_rate:.1%} of {len(each.one)}",
            markup=False,
        )
    console.print(f"{time.perf_counter() - began:.0f} s")
    if options.json:
        values = list(kappas.values())
        line = {
            "rule": {name: each.share for name, each in counted.items()},
            "rule_n": {name: each.single for name, each in counted.items()},
            "judge_injection_escaped": moved,
            # On the same answers as people beside people, where there are any; else on pairs with a known better one.
            "judge_human_kappa": kept(values[1] or values[0]),
            "human_human_kappa": kept(values[2] or values[3]),
            "judge_flip_rate": together.flip_rate,
            "kappas": {name: kept(each) for name, each in (kappas | each_judge).items()},
            "flip_rates": {name: each.flip_rate for name, each in by_judge.items()},
        }
        print(json.dumps(line))


if __name__ == "__main__":
    main()
