"""Properties of the numerical parts, tried on many generated inputs in a process of their own."""

import re
import subprocess
import sys
import xml.etree.ElementTree
from pathlib import Path

TITLE = "Numbers"

_PROJECT = Path(__file__).parents[2]
_MOST_FAILURES = 20


def measure(workspace, profile="thorough", paths=("tests",)):
    """Runs the tests that are marked `properties`.

    Args:
      workspace: an existing folder for the process's report.
      profile: of hypothesis, one of those in tests/conftest.py.
      paths: files or folders of tests, relative to the project.
    """
    report = Path(workspace) / "properties.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-m",
        "properties",
        "-n",
        "0",
        f"--junitxml={report}",
    ]
    finished = subprocess.run(
        [*command, f"--hypothesis-profile={profile}", "--hypothesis-show-statistics", *paths],
        cwd=_PROJECT,
        capture_output=True,
        text=True,
    )
    if not report.is_file():
        last_lines = [*finished.stdout.splitlines(), *finished.stderr.splitlines()][-3:]
        return {"failures": [f"the tests did not run: {' '.join(last_lines)}"]}
    tests = list(xml.etree.ElementTree.parse(report).iter("testcase"))
    failed = [_name(test) for test in tests if _went_wrong(test)]
    generated = re.findall(r"(\d+) passing.*?, (\d+) failing", finished.stdout)
    return {
        "profile": profile,
        "tests": len(tests),
        "generated_tests": finished.stdout.count("during generate phase"),
        "examples": sum(int(passing) + int(failing) for passing, failing in generated),
        "seconds": sum(float(test.get("time", 0)) for test in tests),
        "failures": failed[:_MOST_FAILURES],
    }


def render(figures):
    """Markdown of what `measure` found."""
    if "tests" not in figures:
        return figures["failures"][0]
    return "\n".join(
        [
            "What must hold of any input: patch grids, padding, pyramids, quantisation, tiles,",
            "copies turned and mirrored, augmentations, places of crops, blur synthesis; losses,",
            "gradients and metrics on black, white, saturated and perfectly restored images, in",
            "32 and 16 bits.",
            "",
            "| tests | with generated inputs | inputs generated | failures | seconds |",
            "|---|---|---|---|---|",
            f"| {figures['tests']} | {figures['generated_tests']} | {figures['examples']:,} | "
            f"{len(figures['failures'])} | {figures['seconds']:.0f} |",
        ]
    )


def _name(test):
    return f"{test.get('classname')}.{test.get('name')}"


def _went_wrong(test):
    return any(child.tag in ("failure", "error") for child in test)
