"""The four transformation modules of [Gao19] Table 2."""

import numpy as np
import pytest

from tests.reference.convolutions import conv, relu
from tests.reference.pss_nsc import nested_module
from tfdeblur.layers import DenseModule, NestedModule, PlainModule, ResidualModule

MODULES = (NestedModule, PlainModule, ResidualModule, DenseModule)


@pytest.fixture
def x(rng):
    return rng.standard_normal((1, 5, 6, 8)).astype(np.float32)


def weights(*convs):
    return tuple(value for conv in convs for value in conv.get_weights())


def randomise_biases(layer, rng):
    for variable in layer.trainable_variables:
        if variable.path.endswith("bias"):
            variable.assign(rng.standard_normal(variable.shape))


def built(module_class, rng, **arguments):
    module = module_class(8, **arguments)
    module.build((None, None, None, 8))
    randomise_biases(module, rng)
    return module


@pytest.mark.parametrize("module_class", MODULES)
@pytest.mark.parametrize("units", [1, 2, 4])
def test_number_of_convolutions_and_shape(module_class, units, x):
    module = module_class(8, units)
    assert module(x).shape == x.shape
    assert module.compute_output_shape(x.shape) == x.shape
    assert len(module.trainable_variables) == 2 * (2 * units)


@pytest.mark.parametrize("module_class", MODULES)
def test_starts_xavier_uniform_with_zero_biases(module_class):
    module = module_class(64, 2)
    module.build((None, None, None, 64))
    for variable in module.trainable_variables:
        if variable.path.endswith("bias"):
            assert not np.any(variable)
            continue
        rows, columns, fan_in, fan_out = variable.shape
        limit = np.sqrt(6 / (rows * columns * (fan_in + fan_out)))
        assert 0.99 * limit < np.abs(variable).max() <= limit
        assert np.std(variable) == pytest.approx(limit / np.sqrt(3), rel=0.02)


@pytest.mark.parametrize("units", [1, 3, 4])
def test_nested_equals_the_papers_equations(units, x, rng):
    module = built(NestedModule, rng, units=units)
    pairs = [weights(pair.conv_1, pair.conv_2) for pair in module.pairs]
    np.testing.assert_allclose(module(x)[0], nested_module(x[0], pairs), atol=1e-4)


def test_plain_equals_its_definition(x, rng):
    module = built(PlainModule, rng, units=2)
    expected = x[0]
    for layer in module.convs:
        expected = relu(conv(expected, *weights(layer)))
    np.testing.assert_allclose(module(x)[0], expected, atol=1e-4)


def test_residual_equals_its_definition(x, rng):
    module = built(ResidualModule, rng, units=2)
    expected = x[0]
    for pair in module.pairs:
        inner = relu(conv(expected, *weights(pair.conv_1)))
        expected = relu(expected + conv(inner, *weights(pair.conv_2)))
    np.testing.assert_allclose(module(x)[0], expected, atol=1e-4)


def test_dense_equals_its_definition(x, rng):
    module = built(DenseModule, rng, units=2)
    expected = x[0]
    for first, second in module.blocks:
        a = relu(conv(expected, *weights(first)))
        b = relu(conv(np.dstack([expected, a]), *weights(second)))
        expected = np.dstack([a, b])
    np.testing.assert_allclose(module(x)[0], expected, atol=1e-4)


def test_resblock_and_nested_are_different_modules(x, rng):
    """Without the ReLU after the addition they would be one, with nothing to compare."""
    nested, residual = built(NestedModule, rng), built(ResidualModule, rng)
    residual.set_weights(nested.get_weights())
    assert np.abs(nested(x) - residual(x)).max() > 0.1


def test_dense_refuses_widths_it_cannot_share_out():
    with pytest.raises(ValueError, match=r"Received filters=32 and units=3; expected"):
        DenseModule(32, 3)
