"""docs/reliability.md out of docs/reliability.json and the list of findings."""

import csv
import importlib
import json
from pathlib import Path

from tfdeblur.system.environment import versions

PROJECT = Path(__file__).resolve().parents[2]
PAGE = PROJECT / "docs" / "reliability.md"
FIGURES = PROJECT / "docs" / "reliability.json"
FINDINGS = Path(__file__).with_name("findings.csv")

# In the order of the report; each is the module NAME_part beside this file.
PARTS = (
    "images",
    "weights",
    "kills",
    "full_disk",
    "same_folder",
    "long_runs",
    "threads",
    "numbers",
)

_INTRODUCTION = """\
# Reliability

What the project was put through, and what came of it. Written by `python -m tools.reliability`,
which measures everything anew (`--parts` says what); not edited by hand. A failure anywhere
makes that command fail. Small versions of all of it are in `tests/`.
"""


def part(name):
    """The module of a part: `TITLE`, `measure(workspace)` and `render(figures)`."""
    return importlib.import_module(f"tools.reliability.{name}_part")


def store(name, figures, path=FIGURES):
    """Replaces the figures of one part."""
    measured = {"figures": figures, "versions": versions()}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({**read(path), name: measured}, indent=1, sort_keys=True) + "\n")


def read(path=FIGURES):
    """{part: {"figures": ..., "versions": ...}} of what was measured so far."""
    return json.loads(path.read_text()) if path.exists() else {}


def findings(path=FINDINGS):
    """What was found and fixed: dicts of part, found, fixed and test (a node id of pytest)."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def failures(measured=None):
    """{part: every failure that its figures list}."""
    measured = read() if measured is None else measured
    return {name: list(_failures_in(each["figures"])) for name, each in measured.items()}


def rendered(measured, found):
    """The whole report as Markdown."""
    sections = [_INTRODUCTION]
    for name in PARTS:
        text = part(name).render(measured[name]["figures"]) if name in measured else "Not measured."
        sections.append(f"## {part(name).TITLE}\n\n{text}\n")
    for name, lines in failures(measured).items():
        if lines:
            listed = "\n".join(f"- {' '.join(line.split())}" for line in lines)
            sections.append(f"## Failures of {name}\n\n{listed}\n")
    rows = "\n".join(f"| {each['found']} | {each['fixed']} | `{each['test']}` |" for each in found)
    sections.append(
        "## Found and fixed\n\n| found | now | guarded by |\n|---|---|---|\n" + rows + "\n"
    )
    sections.append(f"## Measured with\n\n{_versions(measured)}\n")
    return "\n".join(sections)


def write():
    """Renders docs/reliability.md."""
    PAGE.write_text(rendered(read(), findings()), encoding="utf-8")


def _versions(measured):
    lines = []
    for name, each in sorted(measured.items()):
        versions = ", ".join(f"{key} {value}" for key, value in sorted(each["versions"].items()))
        lines.append(f"- {name}: {versions}")
    return "\n".join(lines)


def _failures_in(figures):
    if isinstance(figures, dict):
        for key, value in figures.items():
            if key == "failures" and isinstance(value, list):
                yield from value
            else:
                yield from _failures_in(value)
