"""One sum for the same weights, wherever they are."""

import numpy as np

from tests.evaluation.small import deblurrer
from tfdeblur.weights.files import load_weights, save_weights, weights_sha256


def test_weights_have_one_sum_in_memory_and_from_a_file(tmp_path):
    model = deblurrer().model
    model.convolution.kernel.assign(np.random.default_rng(0).random((3, 3, 3, 3)))
    save_weights(model, tmp_path / "a.weights.h5")
    other = deblurrer("another_name").model
    assert weights_sha256(other) != weights_sha256(model)
    load_weights(other, tmp_path / "a.weights.h5")
    assert weights_sha256(other) == weights_sha256(model)


def test_every_value_counts_and_so_does_its_place():
    sums = set()
    for place in range(3):
        model = deblurrer().model
        model.convolution.bias.assign(1e-7 * np.eye(3)[place])
        sums.add(weights_sha256(model))
    assert len(sums | {weights_sha256(deblurrer().model)}) == 4
