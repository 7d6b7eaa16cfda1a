"""Runs a network in Keras, on its backend: TensorFlow or JAX."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from tfdeblur.inference.runtimes.runtime import Runtime, checked_depth
from tfdeblur.models import DeblurringModel
from tfdeblur.system.xla import default_jit_compile


class KerasRuntime(Runtime):
    """A network as Keras has it, as one graph.

    The model's variables are read anew in every call: weights that change later, such as
    those of a network in training, are never stale.

    Args:
      model: a built network.
      depth: for stacks, how many units to run; None is all.
      jit_compile: whether to compile with XLA; None is `default_jit_compile()`. Without,
        TensorFlow runs one graph for all shapes and JAX operation by operation.

    Raises:
      InputError: for a depth that the model does not have.
    """

    name = "keras"

    def __init__(
        self, model: DeblurringModel, depth: int | None = None, jit_compile: bool | None = None
    ) -> None:
        self.model = model
        self.num_units = model.num_units
        self.depth = checked_depth(model, depth)
        self.working_bytes_per_pixel = model.working_bytes_per_pixel
        self.compiles_shapes = default_jit_compile() if jit_compile is None else jit_compile
        if keras.backend.backend() == "jax":
            self._run = self._jax_function()
        else:
            self._run = self._tensorflow_function()

    def __reduce__(self) -> tuple:
        return KerasRuntime, (self.model, self.depth, self.compiles_shapes)

    def __call__(self, batch: Any) -> Any:
        return self._run(batch)

    def _restore(self, batch: Any) -> Any:
        # A network of lower precision gives its own type.
        return ops.cast(self.model.deblur(batch, depth=self.depth), "float32")

    def _tensorflow_function(self) -> Callable[[Any], Any]:
        import tensorflow as tf

        # One graph for all shapes: to trace one per shape takes seconds each time. XLA
        # compiles each shape that comes by itself.
        signature = [tf.TensorSpec((None, None, None, 3), tf.float32)]
        return tf.function(
            self._restore, input_signature=signature, jit_compile=self.compiles_shapes
        )

    def _jax_function(self) -> Callable[[Any], Any]:
        if not self.compiles_shapes:
            return self._restore
        import jax

        variables = self.model.variables

        # Weights are arguments; read inside, they would be compiled in as constants.
        def stateless(values: list[Any], batch: Any) -> Any:
            with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
                return self._restore(batch)

        compiled = jax.jit(stateless)
        return lambda batch: compiled([variable.value for variable in variables], batch)
