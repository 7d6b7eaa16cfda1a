"""Black, white and saturated images: gradients stay finite, 16 bits stay numbers."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.models.families import FAMILIES, SIDE, extreme_images, extreme_pairs, losses_of
from tfdeblur.choices import PRECISIONS
from tfdeblur.models.precision import precision_scope

pytestmark = pytest.mark.properties

BLUR, SHARP = extreme_pairs()
LOSSES = [(family, loss) for family in FAMILIES for loss in losses_of(family)]


def built(family, precision="float32"):
    with precision_scope(precision):
        model = FAMILIES[family]()
        model.build((None, SIDE, SIDE, 3))
    return model


def arrays(tensors):
    return [keras.ops.convert_to_numpy(keras.ops.cast(tensor, "float32")) for tensor in tensors]


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize(("family", "loss"), LOSSES)
def test_loss_and_gradients_are_finite(family, loss, precision):
    model, measured = built(family, precision), losses_of(family)[loss]
    values = [variable.value for variable in model.trainable_variables]
    with tf.GradientTape(persistent=True) as tape:
        outputs = model(BLUR)
        # What the network gives is the target that it meets perfectly.
        totals = [measured(outputs, sharp) for sharp in (SHARP, *arrays(outputs[-1:]))]
    for total in totals:
        gradients = tape.gradient(total, values)
        assert np.isfinite(float(total))
        for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
            assert np.isfinite(gradient).all(), variable.path


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
@pytest.mark.parametrize("family", FAMILIES)
def test_restored_images_are_finite_and_near_in_16_bits(family, precision):
    exact, rough = built(family), built(family, precision)
    rough.set_weights(exact.get_weights())
    images = np.stack(list(extreme_images().values()))
    for expected, received in zip(arrays(exact(images)), arrays(rough(images)), strict=True):
        assert np.isfinite(received).all()
        np.testing.assert_allclose(received, expected, atol=0.03 * max(1, np.abs(expected).max()))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "loss", "precision"),
    [("dmphn", "negative_psnr", "float16"), ("pss_nsc", "multi_scale", "bfloat16")],
)
def test_training_in_16_bits_moves_weights_and_keeps_them_finite(family, loss, precision):
    model = built(family, precision)
    model.training_loss = losses_of(family)[loss]
    model.compile(keras.optimizers.Adam(1e-3))
    before = model.get_weights()
    [perfect] = arrays([model(BLUR)[-1]])
    blur, sharp = np.concatenate([BLUR, BLUR]), np.concatenate([SHARP, perfect])
    # With float16 the scale of the loss is found first, by halving it while steps overflow.
    for _ in range(15):
        logs = model.fit(blur, sharp, batch_size=len(blur), shuffle=False, verbose=0)
        assert np.isfinite(list(logs.history.values())).all()
        after = model.get_weights()
        assert all(np.isfinite(weights).all() for weights in after)
        if any(not np.array_equal(*both) for both in zip(before, after, strict=True)):
            return
    pytest.fail("no step was taken")
