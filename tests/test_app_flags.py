"""The flags and the library name the same things."""

from absl import flags

from tfdeblur import network_flags
from tfdeblur.inference.ensemble import ENSEMBLES
from tfdeblur.inference.runtimes.build import ENGINES
from tfdeblur.models.precision import PRECISIONS
from tfdeblur.network_flags import define_network_flags, network_settings


def test_choices_are_those_of_the_library():
    assert network_flags.ENGINES == ENGINES
    assert network_flags.PRECISIONS == PRECISIONS
    assert tuple(map(int, network_flags.ENSEMBLES)) == ENSEMBLES


def test_settings_are_what_the_flags_say():
    flag_values = flags.FlagValues()
    define_network_flags(flag_values)
    flag_values(["app", "--model=m", "--ensemble=8", "--nojit_compile", "--precision=bfloat16"])
    assert network_settings(flag_values) == {
        "model": "m",
        "weights": None,
        "depth": None,
        "engine": "keras",
        "precision": "bfloat16",
        "device": None,
        "jit_compile": False,
        "ensemble": 8,
    }


def test_what_is_not_said_is_left_to_the_library():
    flag_values = flags.FlagValues()
    define_network_flags(flag_values)
    flag_values(["app"])
    settings = network_settings(flag_values)
    assert {settings[name] for name in ("model", "weights", "ensemble")} == {None}
