"""NAFNet against outputs of the authors' code, and its published sizes."""

import numpy as np
import pytest

from tfdeblur.models import NAFNet
from tfdeblur.weights import import_release

pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def golden(reference_data):
    return np.load(reference_data / "nafnet_golden" / "golden.npz")


def imported(reference_data, local_pooling):
    model = NAFNet(8, (1, 1, 1, 3), 1, (1, 1, 1, 1), local_pooling)
    model.build((None, None, None, 3))
    assert model.count_params() == 352_283
    assert import_release(model, reference_data / "nafnet_golden" / "nafnet_width8.pth") == []
    return model


@pytest.mark.parametrize("local_pooling", [False, True])
def test_outputs_are_those_of_the_authors_code(reference_data, golden, local_pooling):
    model = imported(reference_data, local_pooling)
    name = "local" if local_pooling else "plain"
    [small] = np.asarray(model.deblur(golden["small"][None] / np.float32(255)))
    np.testing.assert_allclose(small, golden[f"small_{name}"], atol=1e-5)
    [large] = np.asarray(model.deblur(golden["large"][None] / np.float32(255)))
    np.testing.assert_allclose(large[200:264, 300:396], golden[f"large_{name}_crop"], atol=1e-5)
    if local_pooling:
        np.testing.assert_allclose(large[:32, :32], golden["large_local_corner"], atol=1e-5)
        np.testing.assert_allclose(large.mean(axis=(0, 1)), golden["large_local_mean"], atol=1e-5)


def test_plain_and_local_differ_on_large_images(golden):
    difference = np.abs(golden["large_plain_crop"] - golden["large_local_crop"]).max()
    assert difference > 5e-5  # or the test above would prove nothing
