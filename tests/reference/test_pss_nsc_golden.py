"""PSS-NSC against the authors' training graph: outputs, loss and every gradient.

The values were computed with their graph on seeded weights, which reach us as a
TensorFlow 1 checkpoint through the importer.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfdeblur.models.presets import build_model
from tfdeblur.weights import import_release
from tfdeblur.weights.importers import pss_nsc_release

pytestmark = [pytest.mark.reference, pytest.mark.slow]

# The batch of 16 crops would hold 12 GB of activations; means over parts are exact.
CROPS_AT_ONCE = 2


@pytest.fixture(scope="module")
def golden(reference_data):
    with np.load(reference_data / "pss_nsc_golden" / "golden.npz") as file:
        return dict(file)


@pytest.fixture(scope="module")
def model(reference_data):
    model = build_model("pss_nsc")
    import_release(model, reference_data / "pss_nsc_golden" / "deblur_model")
    return model


@pytest.fixture(scope="module")
def loss_and_gradients(model, golden):
    """The loss of the whole batch, and the gradients by the release's names."""
    expected = pss_nsc_release.expected_variables(model)
    variables = [variable.value for variable in expected.values()]

    @tf.function
    def step(blur, sharp):
        with tf.GradientTape() as tape:
            loss = model.compute_loss(y=sharp, y_pred=model(blur))
        return loss, tape.gradient(loss, variables)

    parts = [
        step(
            golden["blur"][start : start + CROPS_AT_ONCE].astype(np.float32) / 255,
            golden["sharp"][start : start + CROPS_AT_ONCE].astype(np.float32) / 255,
        )
        for start in range(0, len(golden["blur"]), CROPS_AT_ONCE)
    ]
    losses, gradients = zip(*parts, strict=True)
    means = [np.mean(part, axis=0) for part in zip(*gradients, strict=True)]
    return np.mean(losses), dict(zip(expected, means, strict=True))


def test_outputs_at_all_scales(model, golden):
    outputs = model(golden["blur"][:2].astype(np.float32) / 255)
    for output, scale in zip(outputs, ("quarter", "half", "full"), strict=True):
        np.testing.assert_allclose(output, golden[f"output_scale_{scale}"], rtol=0, atol=1e-5)


def test_colour_channels_are_gray_images(model, golden):
    crops = golden["blur"][:2, :64, :48, 0].astype(np.float32) / 255
    colour = np.stack([crops[0], crops[1], crops[0]], axis=-1)[None]
    for gray, output in zip(model(crops[..., None]), model(colour), strict=True):
        np.testing.assert_allclose(output[0, ..., 0], gray[0, ..., 0], atol=1e-5)
        np.testing.assert_allclose(output[0, ..., 1], gray[1, ..., 0], atol=1e-5)


def test_loss(loss_and_gradients, golden):
    assert loss_and_gradients[0] == pytest.approx(float(golden["loss"]), rel=1e-5)


def test_every_gradient_norm(loss_and_gradients, golden):
    _, gradients = loss_and_gradients
    norms = dict(zip(golden["gradient_names"].tolist(), golden["gradient_norms"], strict=True))
    assert len(norms) == 132
    assert norms.keys() == gradients.keys()
    for name, norm in norms.items():
        assert np.linalg.norm(gradients[name]) == pytest.approx(norm, rel=1e-3), name


def test_stored_gradients(loss_and_gradients, golden):
    _, gradients = loss_and_gradients
    stored = {key: value for key, value in golden.items() if key.startswith("gradient:")}
    assert stored
    for key, expected in stored.items():
        error = np.linalg.norm(gradients[key.removeprefix("gradient:")] - expected)
        assert error <= 1e-4 * np.linalg.norm(expected), key


def test_convolutions_of_a_stage(model):
    """17 convolutions 3x3 per stage of the encoder, as the paper counts them."""
    stage = model.scales[0][0]
    convs = [layer for module in stage["encoder_transformation"] for layer in module.pairs]
    assert 1 + 2 * len(convs) == 17
    assert isinstance(stage["feature_extraction"][0], keras.layers.Conv2D)
