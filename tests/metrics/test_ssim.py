"""Three definitions of SSIM against slow transcriptions of them, and scikit-image."""

import keras
import numpy as np
import pytest
from scipy import ndimage
from skimage.metrics import structural_similarity

from tests.metrics.on_backend import compiled_metrics
from tests.metrics.pairs import blurred_pairs
from tests.support.commands import on_jax
from tfdeblur.metrics import (
    PSNR,
    SSIMGaussian,
    SSIMMatlab3d,
    SSIMSkimage,
    local_means,
    ssim_gaussian,
    ssim_matlab3d,
    ssim_skimage,
)

TOLERANCE = 2e-5


def oracle(x, y, local_mean, variance_factor=1.0):
    """Wang et al. 2004, Eq. (13), in float64; the map of the index."""
    x, y = x.astype(np.float64), y.astype(np.float64)
    c1, c2 = 0.01**2, 0.03**2
    m_x, m_y = local_mean(x), local_mean(y)
    s_xx = variance_factor * (local_mean(x * x) - m_x**2)
    s_yy = variance_factor * (local_mean(y * y) - m_y**2)
    s_xy = variance_factor * (local_mean(x * y) - m_x * m_y)
    luminance = (2 * m_x * m_y + c1) / (m_x**2 + m_y**2 + c1)
    return luminance * (2 * s_xy + c2) / (s_xx + s_yy + c2)


def gaussian_cube(num_dimensions):
    squares = sum(axis**2 for axis in np.indices((11,) * num_dimensions) - 5)
    kernel = np.exp(-squares / (2 * 1.5**2))
    return kernel / kernel.sum()


def matlab3d_oracle(x, y):
    """MATLAB: imfilter with the whole 11x11x11 kernel, 'replicate'; mean over all voxels."""
    kernel = gaussian_cube(3)
    return oracle(x, y, lambda v: ndimage.correlate(v, kernel, mode="nearest")).mean()


def gaussian_oracle(x, y):
    """Wang et al.'s code: filter2 with the 11x11 window, 'valid', channel by channel."""
    kernel = gaussian_cube(2)

    def valid(channel):
        return ndimage.correlate(channel, kernel)[5:-5, 5:-5]

    return np.mean([oracle(x[..., c], y[..., c], valid).mean() for c in range(x.shape[-1])])


def skimage_oracle(x, y):
    """Sample variances in 7x7 windows, which NumPy cuts out one by one."""
    values = []
    for c in range(x.shape[-1]):
        windows_x, windows_y = (
            np.lib.stride_tricks.sliding_window_view(v[..., c].astype(np.float64), (7, 7))
            for v in (x, y)
        )
        m_x, m_y = windows_x.mean((-2, -1)), windows_y.mean((-2, -1))
        s_xx, s_yy = windows_x.var((-2, -1), ddof=1), windows_y.var((-2, -1), ddof=1)
        centred = (windows_x - m_x[..., None, None]) * (windows_y - m_y[..., None, None])
        s_xy = centred.sum((-2, -1)) / 48
        c1, c2 = 0.01**2, 0.03**2
        luminance = (2 * m_x * m_y + c1) / (m_x**2 + m_y**2 + c1)
        values.append((luminance * (2 * s_xy + c2) / (s_xx + s_yy + c2)).mean())
    return np.mean(values)


DEFINITIONS = [
    (ssim_matlab3d, matlab3d_oracle),
    (ssim_gaussian, gaussian_oracle),
    (ssim_skimage, skimage_oracle),
]


@pytest.fixture(params=[True, False], ids=["products", "shifts"])
def _either_way_of_summing(request, monkeypatch):
    monkeypatch.setattr(local_means, "_products_are_exact_and_fast", lambda: request.param)


@pytest.mark.usefixtures("_either_way_of_summing")
@pytest.mark.parametrize("num_channels", [1, 3])
@pytest.mark.parametrize(("definition", "slow"), DEFINITIONS)
def test_is_the_slow_transcription(definition, slow, num_channels):
    blurred, sharp = blurred_pairs(num_channels)
    expected = [slow(b, s) for b, s in zip(blurred, sharp, strict=True)]
    np.testing.assert_allclose(definition(blurred, sharp), expected, atol=TOLERANCE)


@pytest.mark.parametrize(
    ("definition", "arguments"),
    [
        (ssim_skimage, {}),
        (ssim_gaussian, {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}),
    ],
)
def test_is_scikit_images(definition, arguments):
    blurred, sharp = blurred_pairs()
    expected = [
        structural_similarity(s, b, data_range=1, channel_axis=-1, **arguments)
        for b, s in zip(blurred.astype(np.float64), sharp.astype(np.float64), strict=True)
    ]
    np.testing.assert_allclose(definition(blurred, sharp), expected, atol=TOLERANCE)


def test_definitions_are_not_interchangeable():
    blurred, sharp = blurred_pairs()
    values = [float(definition(blurred, sharp)[0]) for definition, _ in DEFINITIONS]
    assert min(abs(a - b) for a, b in zip(values, values[1:] + values[:1], strict=True)) > 0.002


@pytest.mark.parametrize(("definition", "_slow"), DEFINITIONS)
def test_is_one_for_equal_images_only(definition, _slow):
    blurred, sharp = blurred_pairs()
    np.testing.assert_allclose(definition(sharp, sharp), 1, atol=1e-6)
    assert np.all(np.asarray(definition(blurred, sharp)) < 0.999)


def test_only_matlab3d_looks_across_channels():
    """Red and blue of the restored image are exchanged where they are equally far off."""
    gray = np.repeat(blurred_pairs(1)[1], 3, axis=-1)
    red_is_off, green_is_off = (gray.copy() for _ in range(2))
    red_is_off[..., 0] *= 0.5
    green_is_off[..., 1] *= 0.5
    np.testing.assert_allclose(
        ssim_gaussian(red_is_off, gray), ssim_gaussian(green_is_off, gray), atol=1e-6
    )
    difference = np.abs(ssim_matlab3d(red_is_off, gray) - ssim_matlab3d(green_is_off, gray))
    assert np.all(difference > 0.001)


@pytest.mark.parametrize("metric", [SSIMMatlab3d, SSIMGaussian, SSIMSkimage])
def test_metrics_survive_serialisation(metric):
    restored = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(metric(name="mine"))
    )
    assert isinstance(restored, metric)
    assert restored.name == "mine"


@pytest.mark.slow
def test_compiled_steps_give_the_same_on_both_backends():
    blurred, sharp = blurred_pairs()
    ours = compiled_metrics()
    for metric, (definition, _) in zip(
        (SSIMMatlab3d, SSIMGaussian, SSIMSkimage), DEFINITIONS, strict=True
    ):
        expected = float(np.mean(definition(blurred, sharp)))
        assert ours[metric().name] == pytest.approx(expected, abs=TOLERANCE)
    theirs = on_jax(compiled_metrics)
    assert theirs.keys() == ours.keys() and PSNR().name in ours
    assert theirs == pytest.approx(ours, rel=1e-5)
