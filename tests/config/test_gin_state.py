"""Gin's global configuration is none of our business."""

import copy
import re

import gin
import pytest
from gin import config as gin_internals

import tfdeblur
from tests.training.runs import write_tiny
from tfdeblur.config import configured_experiment
from tfdeblur.errors import InputError


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
def test_a_preset_leaves_gin_as_it_found_it(locked):
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


def test_a_run_leaves_gin_as_it_found_it(tmp_path):
    tiny = write_tiny(tmp_path)
    gin.parse_config("MY_MACRO = 3")
    try:
        with configured_experiment([tiny]):
            pass
        with pytest.raises(InputError), configured_experiment([tiny], ["STEPZ = 3"]):
            pass
        assert gin.query_parameter("MY_MACRO/gin.macro.value") == 3
        assert "STEPS" not in gin.config_str()
    finally:
        gin.clear_config()
