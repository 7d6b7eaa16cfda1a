"""Flags that apps share: paths, what was given, the network and how it runs."""

import pytest
from absl import flags

from tfdeblur.app_flags import (
    check_model_flags,
    define_network_flags,
    define_output,
    define_paths,
    network_settings,
    was_given,
)
from tfdeblur.errors import InputError


def parsed(define, *argv):
    flag_values = flags.FlagValues()
    define(flag_values)
    flag_values(["app", *argv])
    return flag_values


@pytest.mark.parametrize(
    ("argv", "was"),
    [
        ([], False),
        (["--jit_compile"], True),
        (["--nojit_compile"], False),  # asks for nothing
        (["--jit_compile=false"], False),
    ],
)
def test_a_switch_is_given_when_it_is_on(argv, was):
    assert was_given(parsed(define_network_flags, *argv), "jit_compile") == was


def test_a_value_is_given_even_where_it_is_the_default_or_nothing():
    flag_values = parsed(define_network_flags, "--engine=keras", "--depth=0")
    assert was_given(flag_values, "engine")
    assert was_given(flag_values, "depth")
    assert not was_given(flag_values, "precision")


def test_paths_begin_at_home_in_every_form(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")

    def define(flag_values):
        define_output("~/default", "", flag_values)
        define_paths("input", "", flag_values)

    assert parsed(define).output == "/home/ada/default"
    for argv in (["--output=~/x"], ["--output", "~/x"], ["-o", "~/x"], ["-o=~/x"]):
        assert parsed(define, *argv).output == "/home/ada/x"
    assert parsed(define, "--input=~/a", "--input=b~").input == ["/home/ada/a", "b~"]


def test_what_is_no_network_is_told_with_the_nearest_names():
    with pytest.raises(InputError, match="'dmphn_12': no such network; expected one of: dmphn_1_2"):
        check_model_flags(parsed(define_network_flags, "--model=dmphn_12"))


def test_settings_are_what_the_flags_say():
    flag_values = parsed(
        define_network_flags, "--model=m", "--ensemble=8", "--nojit_compile", "--precision=bfloat16"
    )
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
    settings = network_settings(parsed(define_network_flags))
    assert {settings[name] for name in ("model", "weights", "ensemble")} == {None}
