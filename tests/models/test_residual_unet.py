"""The project's own network."""

import numpy as np
import pytest

from tests.reference.residual_unet import residual_unet
from tfdeblur.losses import Charbonnier
from tfdeblur.models import ResidualUNet

SMALL = {
    "filters": (4, 6, 8),
    "encoder_blocks": (1, 2),
    "middle_blocks": 1,
    "decoder_blocks": (2, 1),
}


def with_random_weights(model, rng):
    model.build((None, None, None, 3))
    for variable in model.trainable_variables:
        variable.assign(variable + 0.1 * rng.standard_normal(variable.shape))
    return model


def test_a_new_network_is_the_identity(rng):
    blur = rng.random((2, 16, 24, 3), np.float32)
    [restored] = ResidualUNet(**SMALL)(blur)
    np.testing.assert_array_equal(restored, blur)


def test_it_equals_the_transcription(rng):
    model = with_random_weights(ResidualUNet(**SMALL), rng)
    blur = rng.random((2, 16, 8, 3), np.float32)
    [restored] = model(blur)
    expected = [residual_unet(model, image) for image in blur]
    np.testing.assert_allclose(restored, expected, atol=1e-5)
    assert np.abs(restored - blur).max() > 0.1


def test_number_of_parameters_of_the_default():
    model = ResidualUNet()
    model.build((None, None, None, 3))
    assert model.count_params() == 3_077_996


@pytest.mark.parametrize(("filters", "multiple"), [((4,), 2), ((4, 4), 4), ((4, 4, 4), 8)])
def test_it_takes_sizes_that_halve_once_for_every_stage(filters, multiple, rng):
    outer = (1,) * (len(filters) - 1)
    model = ResidualUNet(filters, outer, 1, outer)
    assert model.size_multiple == (multiple, multiple)
    images = rng.random((1, multiple, 2 * multiple, 3), np.float32)
    assert model(images)[0].shape == images.shape
    assert model.deblur(images[:, 1:, 1:]).shape == (1, multiple - 1, 2 * multiple - 1, 3)


def test_block_counts_that_do_not_fit_the_stages_are_refused():
    with pytest.raises(ValueError, match="expected one number of blocks"):
        ResidualUNet((4, 6), encoder_blocks=(1, 2))
    with pytest.raises(ValueError, match="expected one number of blocks"):
        ResidualUNet((4, 6), encoder_blocks=(1,), decoder_blocks=(1, 2))


def test_it_is_trained_by_the_charbonnier_loss():
    assert isinstance(ResidualUNet(**SMALL).training_loss, Charbonnier)
