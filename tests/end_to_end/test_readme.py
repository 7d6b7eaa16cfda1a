"""What the README tells people is true: commands, flags, links."""

import re

import pytest
from absl import flags

from tests.conftest import PROJECT
from tfdeblur import cli
from tfdeblur.cli import APPS

README = (PROJECT / "README.md").read_text()


def test_ci_finds_the_test_command():
    [command] = re.findall(r"^.*python -m pytest$", README, re.MULTILINE)
    assert command.startswith("python3 -m venv .venv && ")
    assert "grep -m1 'python -m pytest$' README.md" in (PROJECT / ".ci" / "run").read_text()


@pytest.mark.parametrize("app", APPS)
def test_flags_of_every_command_exist(app):
    flag_values = flags.FlagValues()
    cli.app_module(app).define_flags(flag_values)
    commands = re.findall(rf"\btfdeblur {app}((?: +-[^\n`&]*)?)", README)
    assert commands, f"the README does not mention tfdeblur {app}"
    given = {flag for command in commands for flag in re.findall(r"--([a-z_]+)", command)}
    assert given <= set(flag_values)


def test_every_command_of_the_readme_exists():
    mentioned = set(re.findall(r"\btfdeblur ([a-z]+) --?[a-z]", README))
    assert mentioned
    assert mentioned <= set(APPS)


def test_nothing_is_left_to_be_filled_in():
    shouted = set(re.findall(r"\b[A-Z]{2,}_[A-Z\d_]+\b", README))
    meant = {
        "MODEL_NAME",
        "KERAS_BACKEND",
        "TFDEBLUR_MAX_PIXELS",
        "TFDEBLUR_REFERENCE_DATA",
        "TF_CONFIG",
        "BATCH_SIZE",
        "DMPHN_1_2_4",
        "TFDEBLUR_CACHE",
    }
    assert shouted - meant - {"DMPHN_1_2_4_8"} == set()


def test_files_the_readme_links_exist():
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (PROJECT / link).exists()] == []
