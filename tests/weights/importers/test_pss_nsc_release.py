"""Importing TensorFlow 1 checkpoints: what fits, and what must be refused in one line."""

import numpy as np
import pytest
import tensorflow as tf

from tfdeblur.errors import InputError
from tfdeblur.models import DMPHN, PSSNSC
from tfdeblur.weights import import_release
from tfdeblur.weights.importers.pss_nsc_release import expected_variables


def small_model(**arguments):
    model = PSSNSC(**{"filters": (2, 4, 6), "units": 2, **arguments})
    model.build((None, None, None, 3))
    return model


@pytest.fixture
def tensors(rng):
    """Random tensors for `small_model`, with the state of training beside them."""
    shapes = {name: value.shape for name, value in expected_variables(small_model()).items()}
    return {
        "g_net/enc1_1_0/weights/Adam": np.zeros((3, 3, 2, 2), np.float32),
        "g_net/enc1_1_0/weights/Adam_1": np.zeros((3, 3, 2, 2), np.float32),
        "beta1_power": np.float32(0.9),
        "beta2_power": np.float32(0.999),
        "Variable": np.int32(524_000),
        **{name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()},
    }


def write(prefix, tensors):
    tf.raw_ops.SaveV2(
        prefix=str(prefix),
        tensor_names=list(tensors),
        shape_and_slices=[""] * len(tensors),
        tensors=list(tensors.values()),
    )
    return prefix


@pytest.fixture
def source(tmp_path, tensors):
    return write(tmp_path / "deblur_model", tensors)


def test_every_tensor_arrives(source, tensors):
    model = small_model()
    import_release(model, source)
    expected = expected_variables(model)
    assert len({id(variable) for variable in expected.values()}) == len(model.variables)
    for name, variable in expected.items():
        np.testing.assert_array_equal(variable, tensors[name])


def test_names_of_the_release():
    model = PSSNSC()
    model.build((None, None, None, 1))
    shapes = {name: tuple(value.shape) for name, value in expected_variables(model).items()}
    assert len(shapes) == 132
    assert shapes["g_net/enc1_1_2/weights"] == (3, 3, 2, 32)
    assert shapes["g_net/dec3_2/d4/conv2/biases"] == (128,)
    assert shapes["g_net/dec2_3_0/weights"] == (4, 4, 64, 128)
    assert shapes["g_net/dec1_3_1/weights"] == (4, 4, 32, 64)
    assert shapes["g_net/dec1_0_2/weights"] == (3, 3, 32, 1)


def refused(model, source, message):
    weights = model.get_weights()
    with pytest.raises(InputError, match=message) as caught:
        import_release(model, source)
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    return str(caught.value)


def test_all_differences_are_listed_and_nothing_is_imported(tmp_path, tensors):
    del tensors["g_net/enc2_1_0/biases"]
    tensors["g_net/dec1_0_0/biases"] = np.zeros(3, np.float32)
    tensors["g_net/dec1_0_1/biases"] = np.array([np.nan], np.float32)
    tensors["g_net/lstm/weights"] = np.zeros(1, np.float32)
    text = refused(small_model(), write(tmp_path / "other", tensors), "4 differences; nothing was")
    for line in (
        "missing: g_net/enc2_1_0/biases",
        "wrong shape: g_net/dec1_0_0/biases is (3,), expected (1,)",
        "not finite: g_net/dec1_0_1/biases",
        "unexpected: g_net/lstm/weights",
    ):
        assert line in text


def test_another_number_of_units_is_refused(source):
    refused(small_model(units=1), source, r"unexpected: g_net/dec1_2/d2/conv1/biases")
    refused(small_model(units=3), source, r"missing: g_net/dec1_2/d3/conv1/biases")


@pytest.mark.parametrize(
    "arguments",
    [{"transformation": "residual"}, {"across_scales": "none"}, {"within_stage": False}],
)
def test_variants_that_were_never_released_are_refused(arguments, source):
    """The residual variant has tensors of the same names and shapes, but is another network."""
    refused(small_model(**arguments), source, "released weights of preset pss_nsc only")


def test_a_dmphn_does_not_take_this_release(source):
    model = DMPHN((1,))
    model.build((None, None, None, 3))
    refused(model, source, "holds the PSS-NSC release .* expected the DMPHN release")


def test_missing_files(tmp_path, source):
    one_line = refused(small_model(), tmp_path / "nothing", "expected a checkpoint's prefix")
    assert "\n" not in one_line
    refused(small_model(), tmp_path, r"received a folder\.$")
    refused(small_model(), tmp_path / "deblur_model.index", "without an .index file")
    source.with_name("deblur_model.data-00000-of-00001").unlink()
    one_line = refused(small_model(), source, "reading the TensorFlow checkpoint failed")
    assert "\n" not in one_line


@pytest.mark.parametrize("suffix", [".index", ".data-00000-of-00001"])
@pytest.mark.parametrize("kept", [0.0, 0.5, 0.99])
def test_truncated_files(source, suffix, kept):
    file = source.with_name(source.name + suffix)
    content = file.read_bytes()
    file.write_bytes(content[: int(kept * len(content))])
    assert "\n" not in refused(small_model(), source, "missing, damaged or truncated")


def test_a_flipped_byte_is_noticed(source):
    file = source.with_name("deblur_model.data-00000-of-00001")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    refused(small_model(), source, "reading the TensorFlow checkpoint failed")
