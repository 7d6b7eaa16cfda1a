"""Configuration files are found by their path and by that below gin/."""

import pytest

from tfdeblur.config import config_dir, read_experiment
from tfdeblur.errors import InputError


def test_files_are_found_by_their_path_below_gin(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    inside = "papers/zhang2019/table1_dmphn_1_2_4_8.gin"
    assert read_experiment([inside]) == read_experiment([config_dir() / inside])


@pytest.mark.parametrize("file", ["models/dmphn/dmphn_1_2.gin", "here.gin"])
def test_files_of_networks_are_names_now(tmp_path, file):
    (tmp_path / "here.gin").write_text('include "models/dmphn/dmphn_1_2.gin"\n')
    given = tmp_path / file if file == "here.gin" else file
    with pytest.raises(InputError, match=r"networks are no longer files.*MODEL = 'dmphn_1_2'"):
        read_experiment([given])
