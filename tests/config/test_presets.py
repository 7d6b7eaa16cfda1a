"""Presets: networks by name, and names of networks."""

import functools
import re

import pytest

import tfdeblur
from tests.training.runs import write_tiny
from tfdeblur.config import build_model, configured_experiment, preset_names, preset_of
from tfdeblur.errors import InputError
from tfdeblur.models import DMPHN, PSSNSC


def test_build_model_gives_a_built_model():
    model = tfdeblur.build_model("dmphn_1_2_4_ws")
    assert isinstance(model, DMPHN)
    assert model.levels == (1, 2, 4)
    assert model.weight_sharing
    assert model.count_params() == 1_808_131


def test_presets_do_not_leak_into_each_other():
    tfdeblur.build_model("dmphn_1_2_4_ws")
    model = tfdeblur.build_model("dmphn_1_2_4_8")
    assert (model.levels, model.weight_sharing) == ((1, 2, 4, 8), False)
    assert DMPHN(levels=(1, 2)).weight_sharing is False


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [("dmphn_124", "dmphn_1_2_4"), ("DMPHN_1_2_4_8_WS", "dmphn_1_2_4_8_ws"), ("dmphn", "dmphn_1")],
)
def test_unknown_names_get_the_known_ones_nearest_first(typed, nearest):
    with pytest.raises(InputError, match=f"Received model '{typed}'; expected") as caught:
        tfdeblur.build_model(typed)
    listed = re.search(r"one of: (.*)\.$", str(caught.value))[1].split(", ")
    assert sorted(listed) == preset_names()
    assert listed[0] == nearest


def test_every_table_row_of_the_issue_has_a_preset():
    rows = {"1", "1_2", "1_1_1", "1_2_4", "1_4_16", "1_2_4_8", "1_2_4_8_16"}
    shared = {"1_2_ws", "1_2_4_ws", "1_2_4_8_ws"}
    assert {f"dmphn_{row}" for row in rows | shared} <= set(preset_names())


@pytest.mark.parametrize(
    "name", ["dmphn_1_2_4", "dmphn_1_2_4_ws", "dmphn_1_2_small", "stack2_vmphn"]
)
def test_presets_are_recognised(name):
    assert preset_of(build_model(name)) == name


@pytest.mark.parametrize(
    "make",
    [
        functools.partial(DMPHN, (1, 2), filters=(4, 4, 4)),
        functools.partial(PSSNSC, num_scales=2),
    ],
)
def test_other_networks_are_no_preset(make):
    assert preset_of(make()) is None


def test_a_model_can_be_built_from_the_configuration_of_a_run(tmp_path):
    with configured_experiment([write_tiny(tmp_path)]) as made:
        (tmp_path / "config.gin").write_text(made.full)
    model = tfdeblur.build_model(tmp_path / "config.gin")
    assert isinstance(model, DMPHN)
    assert model.filters == (4, 4, 4)
    assert model.count_params() == 2815
    assert tfdeblur.build_model(str(tmp_path / "config.gin")).count_params() == 2815


def test_a_file_without_a_model_is_refused(tmp_path):
    path = tmp_path / "config.gin"
    path.write_text("STEPS = 3\n")
    with pytest.raises(InputError, match=r"config\.gin: binds no MODEL"):
        build_model(path)
    with pytest.raises(InputError, match="Received model"):
        build_model(str(tmp_path / "none.gin"))
