"""What the losses of both papers have in common."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="tfdeblur")
class OutputLoss:
    """Sum over a network's outputs of the mean squared error to a target of each.

    A subclass says what the targets are: `targets(sharp, num_outputs)`. It is saved with
    the networks it is assigned to if it is registered with Keras and every argument of its
    constructor is an attribute.

    Example:
      >>> loss = MultiScaleMSE()
      >>> total = loss(model(blur), sharp)
    """

    def targets(self, sharp: Any, num_outputs: int) -> list[Any]:
        """A target for each output, coarse to fine, from sharp images (b, h, w, c)."""
        raise NotImplementedError(f"{type(self).__name__} does not say its targets.")

    def terms(self, outputs: list[Any], sharp: Any) -> list[Any]:
        """The error of each output.

        Args:
          outputs: what a `DeblurringModel` returns, a list of (b, h_i, w_i, c).
          sharp: (b, h, w, c), the ground truth, in [0, 1].

        Returns:
          A list of float32 scalars, one per output. In float32 also for networks
          that run in a lower precision: a mean over a whole batch needs it.
        """
        targets = self.targets(sharp, len(outputs))
        return [
            ops.mean(ops.square(ops.cast(output, "float32") - ops.cast(target, "float32")))
            for output, target in zip(outputs, targets, strict=True)
        ]

    def __call__(self, outputs: list[Any], sharp: Any) -> Any:
        """The scalar to minimise; arguments as for `terms`."""
        return sum(self.terms(outputs, sharp))

    def get_config(self) -> dict[str, Any]:
        return dict(vars(self))

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "OutputLoss":
        arguments = {
            name: keras.saving.deserialize_keras_object(value) for name, value in config.items()
        }
        return cls(**arguments)
