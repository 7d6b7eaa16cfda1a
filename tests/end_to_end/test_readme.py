"""What the README tells people to run is what the project runs."""

import re

from tests.conftest import PROJECT
from tfdeblur.cli import APPS

README = (PROJECT / "README.md").read_text()


def test_ci_finds_the_test_command():
    [command] = re.findall(r"^.*python -m pytest$", README, re.MULTILINE)
    assert command.startswith("python3 -m venv .venv && ")
    assert "grep -m1 'python -m pytest$' README.md" in (PROJECT / ".ci" / "run").read_text()


def test_every_command_of_the_readme_exists():
    mentioned = set(re.findall(r"\btfdeblur ([a-z]+) --?[a-z]", README))
    assert mentioned
    assert mentioned <= set(APPS)


def test_files_the_readme_links_exist():
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (PROJECT / link).exists()] == []
