"""Presets, and that gin's global state is none of our business."""

import copy
import re

import gin
import pytest
from gin import config as gin_internals

import tfdeblur
from tfdeblur.config import config_dir, preset_names
from tfdeblur.errors import InputError
from tfdeblur.models import DMPHN


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


def _gin_state():
    """All of gin's module-level containers but its registry of known functions."""
    return {
        name: copy.copy(value)
        for name, value in vars(gin_internals).items()
        if re.fullmatch("_[A-Z_]+", name)
        and isinstance(value, dict | set | list | bool)
        and name not in ("_REGISTRY", "_INVERSE_REGISTRY", "_ARG_SPEC_CACHE")
    }


@pytest.mark.parametrize("locked", [False, True])
def test_gin_is_left_as_it_was_found(locked):
    gin.parse_config("MY_MACRO = 3\nscope/MY_MACRO = 4")
    gin.config._set_config_is_locked(locked)
    before = _gin_state()
    try:
        tfdeblur.build_model("dmphn_1")
        with pytest.raises(InputError):
            tfdeblur.build_model("nonsense")
        assert _gin_state() == before
        assert gin.query_parameter("MY_MACRO/gin.macro.value") == 3
    finally:
        gin.clear_config()


def test_every_table_row_of_the_issue_has_a_preset():
    rows = {"1", "1_2", "1_1_1", "1_2_4", "1_4_16", "1_2_4_8", "1_2_4_8_16"}
    shared = {"1_2_ws", "1_2_4_ws", "1_2_4_8_ws"}
    assert {f"dmphn_{row}" for row in rows | shared} <= set(preset_names())


def test_config_dir_holds_the_presets():
    assert (config_dir() / "models" / "dmphn" / "dmphn_1.gin").is_file()
