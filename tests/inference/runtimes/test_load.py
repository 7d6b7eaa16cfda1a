"""What can be chosen of a network, and what no longer."""

import pytest

from tests.inference.fake_runtimes import PerPixel
from tfdeblur.errors import InputError
from tfdeblur.inference.runtimes.load import load_runtime
from tfdeblur.models.presets import build_model
from tfdeblur.pretrained import chosen_network


@pytest.mark.parametrize(
    "setting",
    [
        {"weights": "a.weights.h5"},
        {"depth": 1},
        {"engine": "openvino"},
        {"jit_compile": True},
        {"precision": "float16"},
    ],
)
def test_a_runtime_was_made_with_its_settings(setting):
    [name] = setting
    with pytest.raises(InputError, match=f"Received {name} .* that per_pixel runs already"):
        load_runtime(PerPixel(), **setting)


def test_a_built_network_keeps_its_precision():
    with pytest.raises(InputError, match="precision 'float16' for a network that is built"):
        load_runtime(build_model("dmphn_1"), precision="float16")


@pytest.mark.parametrize("engine", ["tensorrt", ""])
def test_engines_that_do_not_exist_are_refused(engine):
    with pytest.raises(InputError, match=f"engine '{engine}'; expected one of keras"):
        load_runtime("dmsn_2_light", engine=engine)


def test_a_weight_file_says_which_network_it_is_of():
    _, weights = chosen_network("dmsn_2_light")
    model = load_runtime(None, weights, precision="bfloat16").model
    assert (model.name, model.compute_dtype) == ("dmsn_2_light", "bfloat16")
