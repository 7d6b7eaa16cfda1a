"""The DMPHN release: which tensor of which file goes into which variable."""

import keras
import numpy as np
import pytest

from tests.reference.torch_files import write_release
from tfdeblur.errors import InputError
from tfdeblur.models import DMPHN, VMPHN, Stack
from tfdeblur.weights import import_release
from tfdeblur.weights.importers.dmphn_release import expected_variables, read_tensors

# One level of the release, copied from its PyTorch modules: layer -> (channels in, channels out).
ENCODER = {
    "layer1": (3, 32),
    **{f"layer{n}.{i}": (32, 32) for n in (2, 3) for i in (0, 2)},
    "layer5": (32, 64),
    **{f"layer{n}.{i}": (64, 64) for n in (6, 7) for i in (0, 2)},
    "layer9": (64, 128),
    **{f"layer{n}.{i}": (128, 128) for n in (10, 11) for i in (0, 2)},
}
DECODER = {
    **{f"layer{n}.{i}": (128, 128) for n in (13, 14) for i in (0, 2)},
    "layer16": (128, 64),
    **{f"layer{n}.{i}": (64, 64) for n in (17, 18) for i in (0, 2)},
    "layer20": (64, 32),
    **{f"layer{n}.{i}": (32, 32) for n in (21, 22) for i in (0, 2)},
    "layer24": (32, 3),
}
TRANSPOSED = {"layer16": 4, "layer20": 4}  # the decoder's upsampling, by kernel size


def release_arrays(rng, num_levels):
    arrays = {}
    for level in range(1, num_levels + 1):
        for part, layers in (("encoder", ENCODER), ("decoder", DECODER)):
            for layer, (inputs, outputs) in layers.items():
                size = TRANSPOSED.get(layer, 3)
                order = (inputs, outputs) if layer in TRANSPOSED else (outputs, inputs)
                name = f"{part}_lv{level}.pkl:{layer}"
                arrays[f"{name}.weight"] = rng.normal(size=(*order, size, size)).astype("<f4")
                arrays[f"{name}.bias"] = rng.normal(size=outputs).astype("<f4")
    return arrays


def built(levels, **arguments):
    model = DMPHN(levels, **arguments)
    model.build((None, None, None, 3))
    return model


def test_every_variable_gets_its_own_tensor_transposed(rng, tmp_path):
    arrays = release_arrays(rng, num_levels=2)
    write_release(tmp_path, arrays)
    model = built((1, 2))
    import_release(model, tmp_path)
    assert len(arrays) == len(model.variables)
    variables = expected_variables(model)
    for name, array in arrays.items():
        value = keras.ops.convert_to_numpy(variables[name])
        expected = array if array.ndim == 1 else np.einsum("abhw->hwba", array)
        np.testing.assert_array_equal(value, expected, err_msg=name)
    second = model.decoders[1].convs[0]
    np.testing.assert_array_equal(second.bias, arrays["decoder_lv2.pkl:layer16.bias"])


def test_weight_sharing_takes_the_files_of_one_level(rng, tmp_path):
    write_release(tmp_path, release_arrays(rng, num_levels=1))
    import_release(built((1, 2), weight_sharing=True), tmp_path)


def test_units_of_a_stack_have_files_of_their_own_and_further_ones_are_named(rng, tmp_path):
    arrays = {}
    for unit in (1, 2, 3):
        for name, array in release_arrays(rng, num_levels=1).items():
            arrays[name.replace("_lv", f"_s{unit}_lv")] = array
    write_release(tmp_path, arrays)
    model = Stack(DMPHN((1,)), num_units=2)
    model.build((None, None, None, 3))
    assert import_release(model, tmp_path) == ["decoder_s3_lv1.pkl", "encoder_s3_lv1.pkl"]
    for number, unit in enumerate(model.units, start=1):
        np.testing.assert_array_equal(
            unit.encoders[0].convs[0].bias, arrays[f"encoder_s{number}_lv1.pkl:layer1.bias"]
        )


def test_a_stack_of_networks_never_released_is_refused(tmp_path):
    model = Stack(VMPHN((1,)), num_units=1)
    with pytest.raises(InputError, match="never released"):
        import_release(model, tmp_path)


def test_a_folder_without_files_and_a_file_are_refused(tmp_path):
    model = DMPHN((1,))
    with pytest.raises(InputError, match=r"holds no \.pkl"):
        read_tensors(tmp_path, model)
    with pytest.raises(InputError, match="no such folder"):
        read_tensors(tmp_path / "missing", model)
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(InputError, match="received a file"):
        read_tensors(tmp_path / "file", model)
