"""The state of training survives being saved, moved to another distribution and restored."""

import numpy as np
import pytest

from tests.training.train_distributed import KeepState, distribution, fit, new_model
from tfdeblur.errors import InputError
from tfdeblur.training.state import (
    averaged_weights,
    keep_weights_after_fit,
    restore_training_state,
    training_state,
)


def assert_same_state(received, expected, tolerance=0):
    assert list(received) == list(expected)
    for name, array in expected.items():
        np.testing.assert_allclose(received[name], array, rtol=0, atol=tolerance, err_msg=name)


@pytest.mark.parametrize("run", ["ema", "float16"])
@pytest.mark.parametrize("first, second", [("none", "mirrored"), ("mirrored", "none")])
def test_training_goes_on_with_other_devices(run, first, second):
    before, after = distribution(first), distribution(second)
    whole = new_model(before, run)
    keep_weights_after_fit(getattr(whole.optimizer, "inner_optimizer", whole.optimizer))
    fit(whole, before, epochs=1)
    state = training_state(whole)
    fit(whole, before, epochs=1)
    resumed = new_model(after, run, seed=2)
    keep_weights_after_fit(getattr(resumed.optimizer, "inner_optimizer", resumed.optimizer))
    restore_training_state(resumed, state)
    assert_same_state(training_state(resumed), state)
    fit(resumed, after, epochs=1)
    tolerance = 1e-6 if run == "ema" else 1e-4
    assert_same_state(training_state(resumed), training_state(whole), tolerance)


def test_state_holds_averages_and_loss_scale():
    model = new_model(distribution("none"), "float16")
    num_weights = len(model.variables)
    # Iterations and learning rate of both optimizers, and of the outer one scale and counter.
    state = training_state(model)
    assert len(state) == num_weights + 6
    assert 2.0**7 in [array.item() for array in list(state.values())[num_weights:]]
    model = new_model(distribution("none"), "ema")
    # Iterations, learning rate; two moments and an average for each weight.
    assert len(training_state(model)) == num_weights + 2 + 3 * num_weights


def test_state_is_a_copy():
    distributed = distribution("none")
    model = new_model(distributed)
    state = training_state(model)
    copies = {name: array.copy() for name, array in state.items()}
    fit(model, distributed, epochs=1)
    assert_same_state(state, copies)


def test_averaged_weights_are_the_averages_and_the_weights_come_back():
    distributed = distribution("mirrored")
    model = new_model(distributed, "ema")
    keep = KeepState()
    fit(model, distributed, epochs=1, callbacks=[keep])
    # Oracle: what Keras assigns to the weights at the end of `fit`.
    for i, weight in enumerate(model.get_weights()):
        averaged = keep.averaged[f"weights/{i:04d}"]
        np.testing.assert_array_equal(averaged, weight)
        assert np.any(averaged != keep.state[f"weights/{i:04d}"])
    before = training_state(model)
    with pytest.raises(RuntimeError), averaged_weights(model):
        raise RuntimeError
    assert_same_state(training_state(model), before)


def test_averaged_weights_without_averages_are_the_weights():
    model = new_model(distribution("none"), "float16")
    before = training_state(model)
    with averaged_weights(model):
        assert_same_state(training_state(model), before)


def test_state_of_another_optimizer_or_network_is_refused_untouched():
    model = new_model(distribution("none"), "ema")
    before = training_state(model)
    of_sgd = training_state(new_model(distribution("none"), "sgd", seed=2))
    with pytest.raises(InputError, match=r"Received nothing as optimizer/\d+ .*another network or"):
        restore_training_state(model, of_sgd)
    with pytest.raises(InputError, match=r"Received \(3,\) as optimizer/9999; expected nothing"):
        restore_training_state(model, {**before, "optimizer/9999": np.zeros(3)})
    wrong_shape = {**before, "weights/0003": np.zeros((2, 2))}
    with pytest.raises(InputError, match=r"Received \(2, 2\) as weights/0003 \(.*expected \("):
        restore_training_state(model, wrong_shape)
    assert_same_state(training_state(model), before)


def test_optimizer_is_built_on_demand():
    model = new_model(distribution("none"))
    assert not model.optimizer.built
    assert int(training_state(model)["optimizer/0000"]) == 0
    assert model.optimizer.built
