"""Presets: networks by name, their sizes, and what is wrong with other names."""

import re

import pytest

import tfdeblur
from tests.conftest import PROJECT
from tfdeblur.errors import InputError
from tfdeblur.models import DMPHN, PSSNSC
from tfdeblur.models.architecture import num_parameters
from tfdeblur.models.presets import PRESETS, architecture, build_model, unbuilt_network


def test_build_model_gives_a_built_model():
    model = tfdeblur.build_model("dmphn_1_2_4_ws")
    assert isinstance(model, DMPHN)
    assert (model.levels, model.weight_sharing) == ((1, 2, 4), True)
    assert model.count_params() == PRESETS["dmphn_1_2_4_ws"].num_parameters


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_has_the_parameters_and_the_name_that_it_states(name):
    def make():
        network = unbuilt_network(architecture(name))
        assert network.name == name
        return network

    assert num_parameters(make) == PRESETS[name].num_parameters


def test_no_other_file_states_the_parameters_of_a_network():
    counts = {f"{preset.num_parameters:_}" for preset in PRESETS.values()}
    pattern = "|".join(count.replace("_", "[_,]?") for count in counts)
    for file in (PROJECT / "tfdeblur").rglob("*.py"):
        if file.name != "presets.py":
            assert not re.search(rf"\b({pattern})\b", file.read_text()), file


def test_counting_parameters_takes_no_memory():
    huge = {"class": "DMPHN", "filters": (10**5, 10**6, 10**7)}
    assert num_parameters(lambda: unbuilt_network(huge)) > 10**16


def test_overrides_are_arguments_of_the_class():
    model = build_model("pss_nsc", filters=(4, 6), num_scales=2, units=1)
    assert isinstance(model, PSSNSC)
    assert (model.filters, model.units, model.name) == ((4, 6), 1, "pssnsc")
    small = build_model("stack2_dmphn", unit="dmphn_1_2_small", depth=1)
    assert small.count_params() == PRESETS["dmphn_1_2_small"].num_parameters
    given = build_model("stack2_dmphn", unit=DMPHN((1,), filters=(4, 4, 4), blocks_per_stage=1))
    assert given.count_params() == 2 * 2815


def test_an_unknown_override_gets_the_nearest_arguments():
    with pytest.raises(InputError, match=r"argument levls for DMPHN.* nearest are levels"):
        build_model("dmphn_1", levls=(1, 2))
    with pytest.raises(InputError, match=r"filters=5\), which cannot be built"):
        build_model("dmphn_1", filters=5)


def test_depth():
    assert build_model("stack2_dmphn", depth=1).depth == 1
    assert build_model("dmphn_1", depth=1).count_params() == PRESETS["dmphn_1"].num_parameters
    for name, depth, most in (("stack2_dmphn", 3, 2), ("dmphn_1", 2, 1), ("stack2_dmphn", 0, 2)):
        with pytest.raises(InputError, match=f"depth {depth}; expected 1 to {most}, .*{name}"):
            build_model(name, depth)


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [("dmphn_124", "dmphn_1_2_4"), ("DMPHN_1_2_4_8_WS", "dmphn_1_2_4_8_ws"), ("dmphn", "dmphn_1")],
)
def test_unknown_names_get_the_known_ones_nearest_first(typed, nearest):
    with pytest.raises(InputError, match=f"Received model '{typed}': no such network") as caught:
        tfdeblur.build_model(typed)
    listed = re.search(r"one of: (.*)\.$", str(caught.value))[1].split(", ")
    assert sorted(listed) == tfdeblur.list_models()
    assert listed[0] == nearest


@pytest.mark.parametrize("name", ["run/config.gin", "mine.weights.h5"])
def test_files_are_no_names(name):
    with pytest.raises(InputError, match=f"{name} as the model.*weight file alone"):
        build_model(name)
