"""How much arithmetic a network does: multiply-adds of its convolutions.

Literature counts "GMACs" so, and calls two of them "FLOPs" about as often as
one; hence the plain name. Additions of features, activations and resizing are
left out, as is usual.

Nothing is computed. The network is traced on shapes alone, which is the same on
every backend, while its convolutions report what they are given.
"""

import contextlib
import math

import keras


def multiply_adds(model, height, width, channels=3):
    """Multiply-adds of `model.deblur` on one image, what is padded included.

    A position whose kernel reaches over the border counts like any other, as the
    libraries compute it and the literature counts it.

    Args:
      model: a `tfdeblur.models.DeblurringModel`.
      height: of the image, in pixels.
      width: of the image, in pixels.
      channels: of the image.

    Returns:
      An int. It is in proportion to the pixels (after padding) and the batch.

    Raises:
      ValueError: when the network has a layer with a kernel whose multiply-adds are
        not known here.
    """
    if not model.built:
        model.build((None, None, None, channels))
    counts: list[int] = []
    with contextlib.ExitStack() as reports:
        for layer in model._flatten_layers():
            if _has_kernel(layer):
                reports.enter_context(_reported_calls(layer, counts))
        image = keras.KerasTensor((1, height, width, channels), "float32")
        _Deblur(model).compute_output_spec(image)
    return sum(counts)


class _Deblur(keras.Operation):
    """`model.deblur` as something that Keras can trace on shapes."""

    def __init__(self, model):
        super().__init__()
        self._model = model

    def call(self, blur):
        return self._model.deblur(blur)


@contextlib.contextmanager
def _reported_calls(layer, counts):
    """Every call of `layer` adds its multiply-adds to `counts`."""
    count = _counter(layer)
    call = layer.call

    def counted_call(x):
        y = call(x)
        counts.append(count(layer, x.shape, y.shape))
        return y

    # On the object alone: nothing that runs elsewhere in the process is touched.
    layer.call = counted_call
    try:
        yield
    finally:
        del layer.call


def _of_conv(layer, input_shape, output_shape):
    # Every output position is a sum over (rows, columns, inputs) for each of the outputs.
    del input_shape
    return math.prod(output_shape[:-1]) * math.prod(layer.kernel.shape)


def _of_transposed_conv(layer, input_shape, output_shape):
    # The other way round: every input position is spread over (rows, columns, outputs).
    del output_shape
    return math.prod(input_shape[:-1]) * math.prod(layer.kernel.shape)


_COUNTERS = {
    keras.layers.Conv2D: _of_conv,
    keras.layers.Conv2DTranspose: _of_transposed_conv,
}


def _counter(layer):
    for layer_class, counter in _COUNTERS.items():
        if isinstance(layer, layer_class):
            return counter
    raise ValueError(
        f"Received a network whose layer {layer.path} is a {type(layer).__name__} with a kernel; "
        f"expected kernels in {' and '.join(known.__name__ for known in _COUNTERS)} only. "
        "Add what it costs to tfdeblur.benchmarks.multiply_adds."
    )


def _has_kernel(layer):
    """Whether the layer itself, not one inside it, has weights that multiply channels."""
    inner = {id(w) for child in layer._flatten_layers(include_self=False) for w in child.weights}
    return any(len(w.shape) > 1 and id(w) not in inner for w in layer.weights)
