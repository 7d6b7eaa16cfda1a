"""The multi-scale baseline."""

import numpy as np
import pytest

from tests.reference import dmphn as oracle
from tests.reference.convolutions import deconv
from tfdeblur.models import DMPHN, DMSN


def test_one_scale_is_dmphn_of_one_level(rng):
    dmsn, dmphn = DMSN(1), DMPHN((1,))
    blur = rng.random((2, 8, 12, 3), np.float32)
    dmsn(blur), dmphn(blur)
    dmphn.set_weights(dmsn.get_weights())
    np.testing.assert_array_equal(dmsn(blur)[0], dmphn(blur)[0])


def test_two_scales_equal_the_transcription(rng):
    model = DMSN(2)
    blur = rng.random((1, 8, 8, 3), np.float32)
    half, full = model(blur)
    x = np.asarray(blur[0], np.float64) - 0.5
    x_half = (x[::2, ::2] + x[1::2, ::2] + x[::2, 1::2] + x[1::2, 1::2]) / 4
    expected_half = oracle.decoder(model.decoders[0], oracle.encoder(model.encoders[0], x_half))
    [upsampler] = model.upsamplers
    upsampled = deconv(expected_half, upsampler.kernel.numpy(), upsampler.bias.numpy())
    features = oracle.encoder(model.encoders[1], np.concatenate([x, upsampled], axis=-1))
    np.testing.assert_allclose(half[0], expected_half + 0.5, atol=1e-4)
    np.testing.assert_allclose(
        full[0], oracle.decoder(model.decoders[1], features) + 0.5, atol=1e-4
    )


@pytest.mark.parametrize("num_scales", [1, 2, 3])
def test_outputs_double_in_size(num_scales, rng):
    model = DMSN(num_scales)
    multiple, _ = model.size_multiple
    outputs = model(rng.random((1, multiple, 2 * multiple, 3), np.float32))
    assert [output.shape[1] for output in outputs] == [
        multiple // 2**scale for scale in reversed(range(num_scales))
    ]


def test_intermediate_images_have_the_sizes_of_their_scales(rng):
    images = DMSN(2).intermediate_images(rng.random((1, 13, 9, 3), np.float32))
    assert [image.shape for image in images.values()] == [(1, 7, 5, 3), (1, 13, 9, 3)]


def test_no_scales_are_refused():
    with pytest.raises(ValueError, match="num_scales=0; expected at least 1"):
        DMSN(0)
