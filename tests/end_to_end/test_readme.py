"""What the README tells people is true: commands, flags, models, parameter counts, links."""

import importlib
import re

import pytest
from absl import flags

from tests.conftest import PROJECT
from tfdeblur.cli import APPS
from tfdeblur.models.presets import PRESETS

README = (PROJECT / "README.md").read_text()


def test_ci_finds_the_test_command():
    [command] = re.findall(r"^.*python -m pytest$", README, re.MULTILINE)
    assert command.startswith("python3 -m venv .venv && ")
    assert "grep -m1 'python -m pytest$' README.md" in (PROJECT / ".ci" / "run").read_text()


@pytest.mark.parametrize("app", APPS)
def test_flags_of_every_command_exist(app):
    flag_values = flags.FlagValues()
    importlib.import_module(f"tfdeblur.{app}").define_flags(flag_values)
    commands = re.findall(rf"\btfdeblur {app}((?: +-[^\n`&]*)?)", README)
    assert commands, f"the README does not mention tfdeblur {app}"
    given = {flag for command in commands for flag in re.findall(r"--([a-z_]+)", command)}
    assert given <= set(flag_values)


def test_every_command_of_the_readme_exists():
    mentioned = set(re.findall(r"\btfdeblur ([a-z]+) --?[a-z]", README))
    assert mentioned
    assert mentioned <= set(APPS)


def _model_rows():
    section = README.split("## Models")[1].split("## ")[0]
    return [
        (re.findall(r"`(\w+)`", names), re.findall(r"[\d,]{7,}", counts))
        for names, _, counts, _ in re.findall(
            r"^\|(.*?)\|(.*?)\|([\d, /]+)\|(.*)\|$", section, re.MULTILINE
        )
    ]


def test_the_table_of_models_is_whole_and_right():
    rows = _model_rows()
    assert sorted(name for names, _ in rows for name in names) == sorted(PRESETS)
    for names, counts in rows:
        expected = counts * len(names) if len(counts) == 1 else counts
        assert [f"{PRESETS[name].num_parameters:,}" for name in names] == expected


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
    }
    assert shouted - meant - {"DMPHN_1_2_4_8"} == set()


def test_files_the_readme_links_exist():
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (PROJECT / link).exists()] == []
