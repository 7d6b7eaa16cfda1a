"""The multi-scale baseline."""

import json

import numpy as np
import pytest

from tests.reference import dmphn as oracle
from tests.reference.convolutions import deconv
from tfdeblur.models import DMPHN, DMSN
from tfdeblur.ops.pyramid import averaged_pyramid, upsample_x2_centred


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


LIGHT = {
    "num_scales": 3,
    "filters": ((6, 8), (4,), ()),
    "blocks_per_stage": ((1, 2), 1, ()),
    "global_skip": True,
    "initialisation": "variance_preserving",
}


def test_a_new_light_network_is_the_identity(rng):
    blur = rng.random((2, 16, 24, 3), np.float32)
    for output, expected in zip(DMSN(**LIGHT)(blur), averaged_pyramid(blur, 3), strict=True):
        np.testing.assert_allclose(output, expected, atol=1e-6)


def test_a_light_network_equals_its_definition(rng):
    model = DMSN(**LIGHT)
    blur = rng.random((1, 16, 24, 3), np.float32)
    model(blur)
    for variable in model.trainable_variables:
        variable.assign(variable + 0.05 * rng.standard_normal(variable.shape))
    quarter, half, full = (np.asarray(image) - 0.5 for image in averaged_pyramid(blur, 3))
    change = model.decoders[0](model.encoders[0](quarter))
    start = half + upsample_x2_centred(change)
    both = np.concatenate([half, start], axis=-1)
    restored = start + model.decoders[1](model.encoders[1](both))
    expected = [quarter + change, restored, full + upsample_x2_centred(restored - half)]
    for output, wanted in zip(model(blur), expected, strict=True):
        np.testing.assert_allclose(output, wanted + 0.5, atol=1e-5)


@pytest.mark.parametrize(
    ("filters", "multiple"),
    [((4, 6, 8), 16), ((4,), 4), (((4, 6), (4,), ()), 8), (((4,), (4,), (4, 4, 4, 4)), 8)],
)
def test_sizes_that_a_network_takes(filters, multiple, rng):
    model = DMSN(3, filters, 1, global_skip=True)
    assert model.size_multiple == (multiple, multiple)
    assert model(rng.random((1, multiple, multiple, 3), np.float32))[-1].shape[1] == multiple


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"filters": ((4,), (4,))}, "one for each of 3 scales"),
        ({"filters": ((4,), (), (4,))}, "expected some for every scale, or with"),
        ({"filters": ((), (), ())}, "expected some for every scale, or with"),
        ({"filters": ((4,), (4,), ()), "global_skip": False}, "expected some for every scale"),
        ({"filters": (4, 6), "blocks_per_stage": (1, 2, 3)}, "expected one number of blocks"),
    ],
)
def test_settings_that_do_not_fit(settings, said):
    with pytest.raises(ValueError, match=said):
        DMSN(3, **{"global_skip": True, **settings})


def test_upsamplers_begin_as_the_rest():
    """One value of every 4x4 kernel's quarter, summed over the channels, has variance 1."""
    model = DMSN(2, filters=(4, 4), initialisation="variance_preserving")
    model.build((None, None, None, 3))
    [upsampler] = model.upsamplers
    assert 0.7 < np.std(upsampler.kernel) * np.sqrt(4 * 3) < 1.4


def test_a_light_network_comes_back_from_its_configuration():
    model = DMSN(**LIGHT)
    again = DMSN.from_config(json.loads(json.dumps(model.get_config())))
    assert again.get_config() == model.get_config()


def test_no_scales_are_refused():
    with pytest.raises(ValueError, match="num_scales=0; expected at least 1"):
        DMSN(0)
