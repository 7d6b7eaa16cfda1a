"""Training steps are those of the network's paper, and they train."""

import numpy as np
import pytest

from tfdeblur.benchmarks import training_step
from tfdeblur.errors import InputError
from tfdeblur.models import DMPHN, PSSNSC


def test_a_network_of_gray_images_is_trained_on_gray_crops(monkeypatch):
    model = PSSNSC(num_scales=2, filters=(4, 6), units=1)
    model.build((None, None, None, 3))
    before = model.get_weights()
    monkeypatch.setattr(training_step, "build_model", lambda name: model)
    result = training_step.measure_training_step("small", batch_size=1, crop_size=8, runs=2)
    assert result["channels"] == 1
    assert model.optimizer.iterations == 1 + result["runs"]
    # That of the project's runs.
    assert model.optimizer.gradient_norm > 0
    changed = [np.any(a != b) for a, b in zip(before, model.get_weights(), strict=True)]
    assert all(changed)


def test_crops_that_the_network_does_not_take(monkeypatch):
    monkeypatch.setattr(training_step, "build_model", lambda name: DMPHN((1, 2, 4)))
    with pytest.raises(InputError, match=r"crop_size = 20; expected a multiple of 8 .*e\.g\. "):
        training_step.measure_training_step("small", batch_size=1, crop_size=20)
