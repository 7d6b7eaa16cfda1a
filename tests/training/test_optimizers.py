"""Optimizers: the norm they tell, what they clip, average and refuse."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.training.tiny import compiled, random_pairs, step, tiny_dmphn, values
from tfdeblur.errors import InputError
from tfdeblur.training.optimizers import OptimizerSettings, build_optimizer, inner_optimizer


def numpy_norm(model, pairs):
    """The norm of all gradients together."""
    blur, sharp = pairs
    with tf.GradientTape() as tape:
        loss = model.compute_loss(blur, sharp, model(blur, training=True))
    gradients = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
    squares = [np.sum(np.square(gradient.numpy(), dtype=np.float64)) for gradient in gradients]
    return np.sqrt(sum(squares))


@pytest.mark.parametrize("clip_norm", [None, 1e-3])
def test_gradient_norm_is_told_as_it_is_before_clipping(clip_norm):
    model = compiled(clip_norm=clip_norm)
    expected = numpy_norm(model, random_pairs())
    step(model)
    assert float(model.optimizer.gradient_norm) == pytest.approx(expected, rel=1e-4)
    assert expected > 2e-3


def test_gradients_are_clipped_to_the_norm():
    """Adam's first moment after one step is a tenth of the gradient that it was given."""
    for clip_norm, factor in ((None, 1.0), (1e-3, None)):
        model = compiled(clip_norm=clip_norm)
        norm = numpy_norm(model, random_pairs())
        step(model)
        moments = [v for v in model.optimizer.variables if v.path.endswith("momentum")]
        assert len(moments) == len(model.trainable_variables)
        given = 10 * np.sqrt(sum(np.sum(np.square(value)) for value in values(moments)))
        assert given == pytest.approx(norm * factor if factor else clip_norm, rel=1e-3)


def test_average_follows_the_weights():
    """Initialised as the weights, then decay * average + (1 - decay) * weights."""
    model = compiled(ema_decay=0.75)
    expected = values(model.trainable_variables)
    for number in range(3):
        step(model, number)
        weights = values(model.trainable_variables)
        # Keras starts the average with the weights after the first step.
        expected = (
            weights
            if number == 0
            else [0.75 * old + 0.25 * new for old, new in zip(expected, weights, strict=True)]
        )
    averages = values(model.optimizer._model_variables_moving_average)
    for average, value in zip(averages, expected, strict=True):
        np.testing.assert_allclose(average, value, rtol=1e-4, atol=1e-6)


def test_accumulated_steps_change_the_weights_together():
    model = compiled(accumulation_steps=2)
    before = values(model.trainable_variables)
    step(model, 0)
    for old, new in zip(before, values(model.trainable_variables), strict=True):
        np.testing.assert_array_equal(old, new)
    step(model, 1)
    changed = [
        not np.array_equal(old, new)
        for old, new in zip(before, values(model.trainable_variables), strict=True)
    ]
    assert all(changed)


def test_weight_decay_of_adamw():
    """Without a gradient the weights shrink by the learning rate times the decay."""
    settings = OptimizerSettings(
        schedule=lambda steps: 0.1, algorithm="adamw", weight_decay=0.5, epsilon=1.0
    )
    variable = keras.Variable([2.0, -4.0])
    optimizer = build_optimizer(settings, 10)
    optimizer.build([variable])
    optimizer.apply([keras.ops.zeros(2)], [variable])
    np.testing.assert_allclose(values([variable])[0], [1.9, -3.8], rtol=1e-6)


def test_defaults_are_those_of_both_releases():
    optimizer = build_optimizer(OptimizerSettings(), 10)
    config = optimizer.get_config()
    assert isinstance(optimizer, keras.optimizers.Adam)
    assert (config["beta_1"], config["beta_2"], config["epsilon"]) == (0.9, 0.999, 1e-8)
    assert not config["use_ema"]
    assert config["global_clipnorm"] is None


def test_loss_scaling_is_looked_through():
    adam = build_optimizer(OptimizerSettings(), 10)
    assert inner_optimizer(adam) is adam
    assert inner_optimizer(keras.optimizers.LossScaleOptimizer(adam)) is adam


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"algorithm": "sgd"}, "'sgd'; expected one of adam, adamw"),
        ({"weight_decay": 0.1}, "expected algorithm 'adamw'"),
        ({"clip_norm": "x"}, "clip_norm = 'x'"),
        ({"clip_norm": -1.0}, "clip_norm = -1.0"),
        ({"ema_decay": 1.5}, "ema_decay = 1.5; .* at most 1"),
        ({"epsilon": None}, "epsilon = None"),
    ],
)
def test_refusals(settings, said):
    with pytest.raises(InputError, match=said):
        build_optimizer(OptimizerSettings(**settings), 10)


def test_norm_is_no_weight_of_the_network():
    """It lives with the optimizer: weight files do not depend on it."""
    assert compiled().count_params() == tiny_dmphn().count_params()


def test_building_twice_adds_nothing():
    """Keras passes over a stored optimizer that has another number of variables."""
    model = compiled(ema_decay=0.9)
    before = [variable.path for variable in model.optimizer.variables]
    model.optimizer.build(model.trainable_variables)
    assert [variable.path for variable in model.optimizer.variables] == before
