"""The documentation speaks of what there is: every name of the glossary, every file and every path exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("marketplace", "catalog", "sandbox")
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


@cache
def defined() -> frozenset[str]:
    """Every name that the code defines: classes, functions, fields and constants."""
    names: set[str] = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                    names.add(node.name)
                elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    names.add(node.id)
    return frozenset(names)


def rows():
    lines = (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines()
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return table[2:]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_every_word_of_the_glossary_is_in_the_code_and_in_both_languages(row):
    code, english, chinese, meaning = row
    assert set(re.findall(r"`(\w+)`", code)) <= defined()
    assert english
    assert meaning
    assert re.search(r"[\u4e00-\u9fff]", chinese)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page):
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:[\w.-]+/)+[\w.-]*\w)/?`", text)) | set(
        re.findall(r"\]\((?!https?:)([\w./-]+)\)", text)
    )
    roots = tuple(f"{each.name}/" for each in ROOT.iterdir() if each.is_dir())
    missing = [name for name in named if name.startswith((*roots, "../")) and not found(name, page)]
    assert missing == []


def found(name: str, page: Path) -> bool:
    return any((folder / name).exists() for folder in (ROOT, page.parent))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_exists(page):
    from django.core.management import get_commands

    named = set(re.findall(r"manage\.py (\w+)", page.read_text(encoding="utf-8")))
    assert named <= set(get_commands())
