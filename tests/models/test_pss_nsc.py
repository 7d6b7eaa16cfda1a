"""PSS-NSC against the paper's tables, a NumPy transcription, and stored numbers."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.reference import pss_nsc as oracle
from tfdeblur.layers.sharing import (
    DECODER_TRANSFORMATION,
    ENCODER_TRANSFORMATION,
    FEATURE_EXTRACTION,
    RECONSTRUCTION,
)
from tfdeblur.models import PSSNSC
from tfdeblur.weights.importers.pss_nsc_release import expected_variables

SCALES = range(3)


def small_model(**arguments):
    """Narrow, but with every kind of layer; biases are random like the kernels."""
    model = PSSNSC(**{"filters": (4, 6, 8), "units": 2, **arguments})
    model.build((None, None, None, 1))
    random = np.random.RandomState(1)
    model.set_weights([0.1 * random.standard_normal(w.shape) for w in model.get_weights()])
    return model


def test_parameters_owned_by_a_scale():
    three, two = PSSNSC(num_scales=3), PSSNSC(num_scales=2)
    three.build((None, None, None, 1)), two.build((None, None, None, 1))
    assert three.count_params() - two.count_params() == 257_185
    assert len(three.variables) == 132


def test_two_scales_have_the_count_the_paper_gives_its_last_row():
    model = PSSNSC(num_scales=2, units=3)
    model.build((None, None, None, 3))
    assert model.count_params() == 2_839_490


def test_equals_the_numpy_transcription(rng):
    model = small_model()
    blur = rng.random((32, 16))
    weights = {name: value.numpy() for name, value in expected_variables(model).items()}
    outputs = model(blur[None, ..., None].astype(np.float32))
    for output, expected in zip(outputs, oracle.pss_nsc(weights, blur, 2), strict=True):
        np.testing.assert_allclose(output[0, ..., 0], expected, atol=1e-4)


def test_stored_numbers():
    """Outputs stored when the network agreed with the authors' graph to 1e-6."""
    model = PSSNSC()
    model.build((None, None, None, 1))
    # RandomState's numbers are the same in every version of NumPy, sorted names in ours.
    random = np.random.RandomState(2019)
    for _, variable in sorted(expected_variables(model).items()):
        variable.assign(0.03 * random.standard_normal(variable.shape))
    blur = random.rand(1, 32, 16, 1).astype(np.float32)
    for output, stored in zip(model(blur), STORED_OUTPUTS, strict=True):
        plane = output.numpy()[0, ..., 0]
        received = [plane.mean(), plane.std(), plane[0, 0], plane[-1, 0], plane[-1, -1]]
        np.testing.assert_allclose(received, stored, atol=1e-5)


# Mean, deviation, and the pixels top left, bottom left and bottom right, coarse to fine.
STORED_OUTPUTS = [
    (0.612440, 0.326333, 0.364863, 0.050946, 0.616555),
    (0.444983, 0.336100, 0.241310, 0.240756, 0.612826),
    (0.491620, 0.537469, 0.393238, 0.919857, 0.556161),
]


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("role", [FEATURE_EXTRACTION, RECONSTRUCTION])
def test_a_scales_own_weights_reach_no_earlier_scale(scale, role, rng):
    model = small_model()
    blur = rng.random((1, 16, 16, 1), np.float32)
    before = model(blur)
    [layer] = model.scales[scale][0][role]
    layer.bias.assign_add(np.full(layer.bias.shape, 0.1))
    moved = [not np.array_equal(a, b) for a, b in zip(before, model(blur), strict=True)]
    assert moved == [other >= scale for other in SCALES]


@pytest.mark.parametrize("role", [ENCODER_TRANSFORMATION, DECODER_TRANSFORMATION])
@pytest.mark.parametrize(
    ("across_scales", "moves_scale_0"), [("selective", True), ("all", True), ("none", False)]
)
def test_transformations_are_shared_across_scales(role, across_scales, moves_scale_0, rng):
    model = small_model(across_scales=across_scales)
    blur = rng.random((1, 16, 16, 1), np.float32)
    before = model(blur)
    bias = model.scales[2][0][role][0].pairs[0].conv_2.bias
    bias.assign_add(np.full(bias.shape, 0.1))
    moved = [not np.array_equal(a, b) for a, b in zip(before, model(blur), strict=True)]
    assert moved == [moves_scale_0, moves_scale_0, True]


@pytest.mark.parametrize("within_stage", [True, False])
def test_sharing_within_a_stage(within_stage):
    stage = small_model(within_stage=within_stage).scales[0][1]
    for role in (ENCODER_TRANSFORMATION, DECODER_TRANSFORMATION):
        first, second = stage[role]
        assert (first is second) == within_stage
    assert stage[ENCODER_TRANSFORMATION][0] is not stage[DECODER_TRANSFORMATION][0]


def test_gradients_stop_between_scales(rng):
    model = small_model()
    blur = rng.random((1, 16, 16, 1), np.float32)
    own = [
        [
            layer.kernel.value
            for stage in model.scales[scale]
            for layer in stage[FEATURE_EXTRACTION] + stage[RECONSTRUCTION]
        ]
        for scale in SCALES
    ]
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(blur)[-1])
    earliest, middle, last = tape.gradient(loss, own)
    assert set(earliest) == set(middle) == {None}
    assert all(np.any(gradient) for gradient in last)


def test_gray_in_three_channels_stays_gray(rng):
    model = small_model()
    gray = rng.random((2, 16, 32, 1), np.float32)
    colour = np.repeat(gray, 3, axis=-1)
    for output, expected in zip(model(colour), model(gray), strict=True):
        assert output.shape[-1] == 3
        np.testing.assert_allclose(output, np.repeat(expected, 3, axis=-1), atol=1e-6)
    assert np.ptp(model.deblur(colour), axis=-1).max() < 1e-6


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(1, 1), (16, 16), (17, 31)])
def test_deblur_takes_any_size_and_pads_by_replicated_edges(size, channels, rng):
    model = small_model()
    height, width = size
    blur = rng.random((2, height, width, channels), np.float32)
    padding = ((0, 0), (0, -height % 16), (0, -width % 16), (0, 0))
    expected = model(np.pad(blur, padding, "edge"))[-1][:, :height, :width]
    restored = model.deblur(blur)
    assert restored.shape == blur.shape
    np.testing.assert_allclose(restored, expected, atol=1e-6)


@pytest.mark.parametrize("num_scales", [1, 2, 3])
def test_outputs_are_coarse_to_fine(num_scales, rng):
    model = small_model(num_scales=num_scales)
    multiple = 4 * 2 ** (num_scales - 1)
    assert model.size_multiple == (multiple, multiple)
    outputs = model(rng.random((1, multiple, 2 * multiple, 3), np.float32))
    heights = [output.shape[1] for output in outputs]
    assert heights == [multiple // 2**octave for octave in reversed(range(num_scales))]


def test_shared_layers_are_saved_once(tmp_path, rng):
    model = small_model()
    blur = rng.random((1, 16, 16, 1), np.float32)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert len(loaded.variables) == len(model.variables)
    np.testing.assert_array_equal(loaded(blur)[-1], model(blur)[-1])
    stage = loaded.scales[0][0][ENCODER_TRANSFORMATION]
    assert stage[0] is stage[1] is loaded.scales[2][0][ENCODER_TRANSFORMATION][0]


@pytest.mark.parametrize(
    "arguments",
    [{"num_scales": 0}, {"transformation": "resnet"}, {"across_scales": True}],
)
def test_impossible_settings_are_refused(arguments):
    with pytest.raises(ValueError, match=r"^Received .*expected"):
        PSSNSC(**arguments)
