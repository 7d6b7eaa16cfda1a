"""docs/reliability.md is what the figures say, and what it cites is there."""

import ast

import pytest

from tests.conftest import PROJECT
from tools.reliability import report

MEASURED = report.read()
FOUND = report.findings()


def test_the_page_is_what_the_figures_and_findings_say():
    assert report.PAGE.read_text(encoding="utf-8") == report.rendered(MEASURED, FOUND), (
        "stale: run `python -m tools.reliability --render`"
    )


@pytest.mark.parametrize("name", report.PARTS)
def test_every_part_is_measured(name):
    assert MEASURED[name]["figures"]
    assert f"## {report.part(name).TITLE}\n" in report.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("node", sorted({each["test"] for each in FOUND}))
def test_every_finding_is_guarded_by_a_test_that_exists(node):
    path, _, name = node.partition("::")
    tree = ast.parse((PROJECT / path).read_text(encoding="utf-8"))
    assert name in {item.name for item in ast.walk(tree) if isinstance(item, ast.FunctionDef)}


def test_findings_are_of_parts_and_complete():
    assert {each["part"] for each in FOUND} <= set(report.PARTS)
    assert all(value and "|" not in value for each in FOUND for value in each.values())


def test_figures_are_kept_part_by_part(tmp_path):
    path = tmp_path / "docs" / "figures.json"
    report.store("images", {"failures": []}, path)
    report.store("kills", {"train": {"failures": ["left x"]}}, path)
    report.store("images", {"failures": ["a", "b"]}, path)
    measured = report.read(path)
    assert report.failures(measured) == {"images": ["a", "b"], "kills": ["left x"]}
    assert measured["kills"]["versions"]["python"]


def test_failures_are_shown_and_what_is_not_measured_is_said():
    skipped = {"figures": {"skipped": "no root", "failures": ["left\nx"]}, "versions": {}}
    page = report.rendered({"full_disk": skipped}, [])
    assert "Not measured: no root." in page
    assert "- left x\n" in page
    assert page.count("Not measured.") == len(report.PARTS) - 1
