"""Training steps are those of the network's paper, and they train."""

import numpy as np

from tfdeblur.benchmarks import training_step
from tfdeblur.models import PSSNSC


def test_a_network_of_gray_images_is_trained_on_gray_crops(monkeypatch):
    model = PSSNSC(num_scales=2, filters=(4, 6), units=1)
    model.build((None, None, None, 3))
    before = model.get_weights()
    monkeypatch.setattr(training_step, "build_model", lambda name: model)
    result = training_step.measure_training_step("small", batch_size=1, crop_size=8, runs=2)
    assert result["channels"] == 1
    assert model.optimizer.iterations == 1 + result["runs"]
    changed = [np.any(a != b) for a, b in zip(before, model.get_weights(), strict=True)]
    assert all(changed)
