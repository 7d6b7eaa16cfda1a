"""Every preset parses, builds, and keeps what its header promises."""

import re

import pytest

from tfdeblur.config import build_model, config_dir, preset_names

GIN_FILES = sorted((config_dir() / "models").rglob("*.gin"))
PRESETS = [file for file in GIN_FILES if not file.name.startswith("_")]


def test_the_files_are_the_presets():
    assert sorted(file.stem for file in PRESETS) == preset_names()


@pytest.mark.parametrize("file", PRESETS, ids=lambda file: file.stem)
def test_builds_with_the_parameters_of_its_header(file):
    header = re.match(r"# \[(Zhang19|Gao19)\] .*\n?.*Parameters: ([\d,]+)\.", file.read_text())
    assert header, "the header states the table row and 'Parameters: N.'"
    assert build_model(file.stem).count_params() == int(header[2].replace(",", ""))


@pytest.mark.parametrize("file", GIN_FILES, ids=lambda file: file.stem)
def test_is_an_include_and_a_few_bindings(file):
    statements = [
        line
        for line in file.read_text().splitlines()
        if line and not line.startswith(("#", "from ", "import "))
    ]
    assert 1 <= len(statements) <= 5, "a variant is data: an include and a few bindings"
