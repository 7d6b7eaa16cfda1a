"""The losses of both papers behind one interface, worked out by hand."""

import keras
import numpy as np
import pytest

from tfdeblur.losses import FullSizeMSE, MultiScaleMSE
from tfdeblur.models import DMPHN, DMSN, PSSNSC, Stack


def test_multi_scale_compares_each_scale_with_the_decimated_image():
    sharp = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
    quarter = np.full((1, 1, 1, 1), 3.0)
    half = sharp[:, ::2, ::2] + 2
    full = sharp - 1
    terms = MultiScaleMSE().terms([quarter, half, full], sharp)
    assert [float(term) for term in terms] == [9.0, 4.0, 1.0]
    assert float(MultiScaleMSE()([quarter, half, full], sharp)) == 14.0


def test_a_network_is_compared_with_the_pyramid_it_sees():
    sharp = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
    means = np.array([[2.5, 4.5], [10.5, 12.5]]).reshape(1, 2, 2, 1)
    assert float(DMSN(2).training_loss([means + 3, sharp], sharp)) == 9.0


def test_full_size_compares_every_output_with_the_image(rng):
    sharp = rng.random((2, 4, 4, 3), np.float32)
    terms = FullSizeMSE().terms([sharp + 2, sharp, sharp - 1], sharp)
    np.testing.assert_allclose(terms, [4, 0, 1], rtol=1e-6)
    assert float(FullSizeMSE()([sharp + 2], sharp)) == pytest.approx(4)


@pytest.mark.parametrize("loss", [FullSizeMSE(), MultiScaleMSE()])
def test_is_float32_whatever_the_outputs_are(loss, rng):
    sharp = rng.random((1, 4, 4, 1), np.float32)
    outputs = [keras.ops.cast(sharp, "bfloat16")]
    assert keras.backend.standardize_dtype(loss(outputs, sharp).dtype) == "float32"


def test_every_network_brings_its_papers_loss():
    assert isinstance(DMPHN((1,)).training_loss, FullSizeMSE)
    assert isinstance(Stack(DMPHN((1,))).training_loss, FullSizeMSE)
    assert isinstance(PSSNSC(filters=(2,), units=1).training_loss, MultiScaleMSE)


def test_number_of_outputs_must_be_that_of_the_targets(rng):
    sharp = rng.random((1, 4, 4, 1), np.float32)

    class OneTarget(FullSizeMSE):
        def targets(self, sharp, num_outputs):
            return [sharp]

    with pytest.raises(ValueError, match="zip"):
        OneTarget()([sharp, sharp], sharp)
