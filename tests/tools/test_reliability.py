"""docs/reliability.md is what the figures say, and what it cites is there."""

import ast

import pytest

from tests.conftest import PROJECT
from tools import reliability

FOUND = reliability.findings()


def test_the_page_is_what_the_figures_and_findings_say():
    page = reliability.PAGE.read_text(encoding="utf-8")
    assert page == reliability.rendered(reliability.read(), FOUND), (
        "stale: run `python -m tools.reliability`"
    )
    assert "Not measured." not in page


@pytest.mark.parametrize("node", sorted({each["test"] for each in FOUND}))
def test_every_finding_is_guarded_by_a_test_that_exists(node):
    path, _, name = node.partition("::")
    tree = ast.parse((PROJECT / path).read_text(encoding="utf-8"))
    assert name in {item.name for item in ast.walk(tree) if isinstance(item, ast.FunctionDef)}


def test_findings_are_complete():
    assert all(value and "|" not in value for each in FOUND for value in each.values())


def test_figures_are_kept_row_by_row(tmp_path):
    path = tmp_path / "figures.json"
    reliability.record("kills", "train", path, killed=1, left_over=0)
    reliability.record("kills", "deblur", path, killed=2)
    reliability.record("kills", "train", path, killed=3, left_over=0)
    page = reliability.rendered(reliability.read(path), [])
    table = "| | killed | left over |\n|---|---|---|\n| train | 3 | 0 |\n| deblur | 2 | - |\n"
    assert table in page
    assert page.count("Not measured.") == len(reliability.PARTS) - 1
