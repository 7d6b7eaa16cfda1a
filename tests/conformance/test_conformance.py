"""Properties that every layer and model of the project has, whatever it computes."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.cases import CASES, write_outputs
from tests.support.commands import on_jax
from tests.support.networks import randomize_weights

pytestmark = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


def flat(outputs):
    return [keras.ops.convert_to_numpy(output) for output in keras.tree.flatten(outputs)]


def assert_same(received, expected, tolerance=1e-5):
    received, expected = flat(received), flat(expected)
    assert len(received) == len(expected)
    for a, b in zip(received, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=tolerance)


def graph(layer, channels, **options):
    signature = [tf.TensorSpec((None, None, None, channels), tf.float32)]
    return tf.function(lambda x: layer(x), input_signature=signature, **options)


def test_number_of_parameters(case):
    assert case.build().count_params() == case.num_parameters


def test_config_round_trip(case):
    layer = case.make()
    clone = type(layer).from_config(layer.get_config())
    assert clone.get_config() == layer.get_config()


def test_keras_file_round_trip(case, tmp_path):
    model = case.build_model()
    expected = model(case.images())
    model.save(tmp_path / "model.keras")
    assert_same(keras.models.load_model(tmp_path / "model.keras")(case.images()), expected)


def test_weight_file_round_trip(case, tmp_path):
    model = case.build_model()
    model.save_weights(tmp_path / "model.weights.h5")
    other = case.build_model(seed=1)
    assert not np.allclose(flat(other(case.images()))[-1], flat(model(case.images()))[-1])
    other.load_weights(tmp_path / "model.weights.h5")
    assert_same(other(case.images()), model(case.images()), tolerance=0)


def test_graph_of_any_size_equals_eager(case):
    layer = case.build()
    run = graph(layer, case.input_shape[-1])
    for shape in (case.input_shape, case.other_shape):
        assert_same(run(case.images(shape)), layer(case.images(shape)))


def test_images_of_a_batch_do_not_mix(case):
    layer = case.build()
    images = case.images(batch=3)
    one_by_one = [flat(layer(images[i : i + 1])) for i in range(3)]
    together = flat(layer(images))
    for output, parts in zip(together, zip(*one_by_one, strict=True), strict=True):
        np.testing.assert_allclose(output, np.concatenate(parts), atol=1e-5)


@pytest.mark.slow
def test_xla_equals_eager(case):
    layer = case.build()
    compiled = tf.function(lambda x: layer(x), jit_compile=True)
    assert_same(compiled(case.images()), layer(case.images()))


def test_every_variable_is_trained(case):
    # Smaller weights than these leave channels that no rectifier lets through.
    layer = randomize_weights(case.build(), scale=0.1)
    with tf.GradientTape() as tape:
        loss = sum(keras.ops.mean(output**2) for output in keras.tree.flatten(layer(case.images())))
    for variable, gradient in zip(
        layer.trainable_variables,
        tape.gradient(loss, [v.value for v in layer.trainable_variables]),
        strict=True,
    ):
        assert gradient is not None, variable.path
        assert np.isfinite(gradient).all() and np.any(gradient), variable.path


@pytest.mark.slow
def test_two_devices_equal_one(case):
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    with strategy.scope():
        model = case.build_model()
    images = case.images(batch=4)
    assert_same(model.predict(images, batch_size=4, verbose=0), model(images))


@pytest.fixture(scope="module")
def jax_outputs(tmp_path_factory):
    """What the JAX backend makes of all cases, in one process."""
    file = tmp_path_factory.mktemp("jax") / "outputs.npz"
    on_jax(write_outputs, file)
    return np.load(file)


@pytest.mark.slow
def test_jax_equals_tensorflow(case, jax_outputs):
    [name] = [name for name, other in CASES.items() if other is case]
    outputs = [jax_outputs[key] for key in jax_outputs if key.startswith(f"{name}/")]
    assert_same(outputs, case.build()(case.images()))
