"""Multiply-adds, beside counts by hand and a count of the operations of a TensorFlow graph."""

import keras
import pytest
import tensorflow as tf

from tfdeblur.benchmarks.multiply_adds import multiply_adds
from tfdeblur.models import DMPHN, PSSNSC, DeblurringModel
from tfdeblur.models.presets import build_model

# Of a level of DMPHN, per pixel: its encoder and decoder.
LEVEL = 248_512

SMALL = {"num_scales": 2, "filters": (4, 6), "units": 1}


@pytest.mark.parametrize(
    ("name", "levels"), [("dmphn_1", 1), ("dmphn_1_2_4_8", 4), ("stack2_dmphn", 6), ("vmphn", 6)]
)
def test_every_level_costs_the_same(name, levels):
    assert multiply_adds(build_model(name), 720, 1280) == levels * LEVEL * 720 * 1280


def test_depth_of_a_stack_counts():
    assert multiply_adds(build_model("stack4_dmphn", depth=1), 64, 64) == 3 * LEVEL * 64 * 64


def test_padding_counts():
    assert multiply_adds(build_model("dmphn_1_2_4_8"), 17, 9) == 4 * LEVEL * 32 * 16


def test_pss_nsc_by_hand():
    transformation = 16 * 9 * 32 * 32  # twice four units of two convolutions; all stages alike
    down = 9 * 2 * 32 + 9 * 32 * 64 / 4 + 9 * 64 * 128 / 16
    up = 16 * 128 * 64 / 16 + 16 * 64 * 32 / 4 + 9 * 32 * 1
    scale = 6 * transformation + down + up
    expected = 3 * (1 + 1 / 4 + 1 / 16) * scale * 720 * 1280
    model = build_model("pss_nsc")
    assert multiply_adds(model, 720, 1280) == expected
    assert multiply_adds(model, 720, 1280, channels=1) == expected / 3


@pytest.mark.parametrize("name", ["dmphn_1_2_4_8_ws", "dmsn_3", "stack2_vmphn"])
def test_equals_the_count_of_a_tensorflow_graph(name):
    model = build_model(name)
    image = tf.TensorSpec((1, 50, 70, 3), tf.float32)
    graph = tf.function(model.deblur).get_concrete_function(image)
    assert multiply_adds(model, 50, 70) == of_graph(graph)


def of_graph(graph):
    total = 0
    for operation in graph.graph.get_operations():
        if operation.type == "Conv2D":
            rows, columns, num_inputs, _ = operation.inputs[1].shape
            total += operation.outputs[0].shape.num_elements() * rows * columns * num_inputs
        elif operation.type == "Conv2DBackpropInput":
            rows, columns, num_outputs, _ = operation.inputs[1].shape
            total += operation.inputs[2].shape.num_elements() * rows * columns * num_outputs
    return total


def test_the_network_is_left_as_it_was(rng):
    model = DMPHN((1, 2))
    images = rng.random((1, 16, 16, 3), "float32")
    expected = model(images)[-1]
    before = [set(vars(layer)) for layer in model._flatten_layers()]
    first = multiply_adds(model, 16, 16)
    assert multiply_adds(model, 16, 16) == first
    assert [set(vars(layer)) for layer in model._flatten_layers()] == before
    assert keras.ops.all(model(images)[-1] == expected)


def test_precision_changes_nothing():
    expected = multiply_adds(PSSNSC(**SMALL), 16, 16)
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        assert multiply_adds(PSSNSC(**SMALL), 16, 16) == expected > 0
    finally:
        keras.config.set_dtype_policy("float32")


def test_a_layer_it_cannot_count_is_refused_rather_than_left_out():
    class WithDense(DeblurringModel):
        size_multiple = (1, 1)

        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(3)

        def build(self, input_shape):
            self.dense.build(input_shape)

        def call(self, blur):
            return [self.dense(blur)]

    model = WithDense()
    model.build((None, None, None, 3))
    with pytest.raises(ValueError, match=r"Received a network whose layer .* is a Dense"):
        multiply_adds(model, 8, 8)
