"""The mean over mirrored and turned copies, against NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.inference.fake_runtimes import LeftMinusRight, PerPixel
from tfdeblur import Deblurrer
from tfdeblur.choices import ENSEMBLES
from tfdeblur.errors import InputError
from tfdeblur.inference.ensemble import SelfEnsemble


def copies_by_numpy(network, image, num_copies):
    """The restored copies of (h, w, 3), turned back."""
    for turns in range(2 if num_copies == 8 else 1):
        for up, left in [(0, 0), (0, 1), (1, 0), (1, 1)][:num_copies]:
            copy = np.rot90(image, turns)
            copy = copy[:: -1 if up else 1, :: -1 if left else 1]
            restored = network(copy[None])[0]
            restored = restored[:: -1 if up else 1, :: -1 if left else 1]
            yield np.rot90(restored, -turns)


@pytest.mark.parametrize("num_copies", [1, 2, 4, 8])
def test_mean_over_the_copies(rng, num_copies):
    network = LeftMinusRight()
    image = rng.random((5, 8, 3)).astype(np.float32)
    restored = np.asarray(SelfEnsemble(network, num_copies)(image[None]))[0]
    expected = np.mean(list(copies_by_numpy(network, image, num_copies)), axis=0)
    np.testing.assert_allclose(restored, expected, atol=1e-6)


def test_eight_copies_do_not_prefer_a_direction(rng):
    image = rng.random((6, 6, 3)).astype(np.float32)
    restore = SelfEnsemble(LeftMinusRight(), 8)
    turned = np.asarray(restore(np.rot90(image)[None]))[0]
    np.testing.assert_allclose(turned, np.rot90(np.asarray(restore(image[None]))[0]), atol=1e-6)


@pytest.mark.parametrize(("num_copies", "calls"), [(1, 1), (2, 2), (4, 4), (8, 8)])
def test_each_copy_is_one_call(num_copies, calls):
    runtime = PerPixel()
    Deblurrer(runtime, ensemble=num_copies)(np.zeros((3, 9, 3), np.uint8))
    assert len(runtime.shapes) == calls


@pytest.mark.parametrize("num_copies", [0, 3, 16])
def test_other_numbers_are_refused(num_copies):
    with pytest.raises(InputError, match=f"ensemble {num_copies}; expected one of 1, 2, 4, 8"):
        Deblurrer(PerPixel(), ensemble=num_copies)


@pytest.mark.properties
@given(
    shape=st.tuples(st.integers(1, 2), st.integers(2, 20), st.integers(2, 20), st.just(3)),
    num_copies=st.sampled_from(ENSEMBLES),
    seed=st.integers(0, 2**32),
)
def test_copies_are_turned_back_whatever_the_size(shape, num_copies, seed):
    batch = np.random.default_rng(seed).random(shape, np.float32)
    # What looks at single pixels gives every copy the same.
    same = np.asarray(SelfEnsemble(PerPixel(), num_copies)(batch))
    np.testing.assert_allclose(same, 1 - batch, atol=1e-6)
    network = LeftMinusRight()
    restored = np.asarray(SelfEnsemble(network, num_copies)(batch))
    for image, received in zip(batch, restored, strict=True):
        expected = np.mean(list(copies_by_numpy(network, image, num_copies)), axis=0)
        np.testing.assert_allclose(received, expected, atol=1e-6)
