"""Networks from weight files alone, whatever these say of themselves."""

import json

import h5py
import keras
import numpy as np
import pytest

import tfdeblur
from tfdeblur.errors import InputError
from tfdeblur.models import DMPHN
from tfdeblur.models.presets import build_model
from tfdeblur.weights.files import save_weights

TINY = {"filters": (4, 4, 4), "blocks_per_stage": 1}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "mine.weights.h5"
    save_weights(build_model("dmphn_1", **TINY), path)
    return path


def rewrite(path, stored):
    with h5py.File(path, "a") as file:
        file.attrs["tfdeblur_model"] = stored if isinstance(stored, str) else json.dumps(stored)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("dmphn_1_2_ws", TINY),
        ("dmsn_2_light", {}),
        ("pss_nsc", {"filters": (4, 6), "num_scales": 2, "units": 1}),
        ("residual_unet", {"filters": (4, 6, 8), "middle_blocks": 1}),
        ("stack2_dmphn", {"unit": "dmphn_1_2_small"}),
    ],
)
def test_a_file_gives_its_network_back(tmp_path, name, arguments):
    saved = build_model(name, **arguments)
    save_weights(saved, tmp_path / "x.weights.h5")
    keras.utils.set_random_seed(7)
    loaded = tfdeblur.load_model(tmp_path / "x.weights.h5")
    assert type(loaded) is type(saved)
    assert (loaded.name, loaded.get_config()["name"]) == (saved.name, saved.name)
    for one, other in zip(saved.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_stack_is_read_up_to_a_depth(tmp_path):
    save_weights(build_model("stack2_dmphn", unit="dmphn_1_2_small"), tmp_path / "x.weights.h5")
    assert tfdeblur.load_model(tmp_path / "x.weights.h5", depth=1).depth == 1
    with pytest.raises(InputError, match="expected 1 to 2"):
        tfdeblur.load_model(tmp_path / "x.weights.h5", depth=3)


def test_a_file_that_keras_alone_wrote(tmp_path):
    model = DMPHN((1,), **TINY)
    model.build((None, None, None, 3))
    model.save_weights(tmp_path / "x.weights.h5")
    with pytest.raises(InputError, match=r"x\.weights\.h5: .* name the network as well"):
        tfdeblur.load_model(tmp_path / "x.weights.h5")


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ({"class": "DMPHN", "filters": [10**5, 10**6, 10**7]}, "30,100,880,425,600,012 parameters"),
        ({"class": "DMPHN"}, "which has 7,232,524 parameters, and holds 2,815"),
        ({"class": "Stack", "num_units": 10**9, "unit": {"class": "DMPHN"}}, "more layers than"),
        ({"class": "DMPHN", "blocks_per_stage": 10**9}, "more layers than"),
        ({"class": "DMPHN", "levels": [1] * 1000}, "more layers than"),
        ({"class": "os.system"}, "expected a network of DMPHN"),
        ({"class": "DeblurringModel"}, "expected a network of DMPHN"),
        ({"class": "DMPHN", "unit": {"class": "os.system"}}, "expected a network of DMPHN"),
        ({"class": "DMPHN", "name": "x"}, "argument name for DMPHN"),
        ({"class": "DMPHN", "dtype": "float16"}, "argument dtype for DMPHN"),
        ({"class": "Stack"}, "cannot be built"),
        ({"class": "DMPHN", "levels": "x" * 3000}, "cannot be built"),
        ({"class": "DMPHN", "levels": None}, "cannot be built"),
        ({"class": "DMPHN", "filters": [-1, 2, 3]}, "cannot be built"),
        ({"class": "DMPHN", "blocks_per_stage": float("nan")}, "cannot be built"),
        ({"class": 3}, "an unknown model"),
        ([], "an unknown model"),
        (3, "an unknown model"),
        ("no JSON", "an unknown model"),
        ("[" * 100_000, "an unknown model"),
        ('{"class": "DMPHN", "unit": ' * 100 + "1" + "}" * 100, "more layers than"),
        (json.dumps({"class": "DMPHN", "levels": [1] * 10_000}), "an unknown model"),
    ],
)
def test_a_hostile_architecture_is_one_line_and_no_memory(path, stored, said):
    rewrite(path, stored)
    with pytest.raises(InputError, match=said) as error:
        tfdeblur.load_model(path)
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 1500
