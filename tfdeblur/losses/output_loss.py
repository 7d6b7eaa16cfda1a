"""What the losses of both papers have in common."""

from keras import ops


class OutputLoss:
    """Sum over a network's outputs of the mean squared error to a target of each.

    A subclass says what the targets are: `targets(sharp, num_outputs)`.

    Example:
      >>> loss = MultiScaleMSE()
      >>> total = loss(model(blur), sharp)
    """

    def targets(self, sharp, num_outputs):
        """A target for each output, coarse to fine, from sharp images (b, h, w, c)."""
        raise NotImplementedError(f"{type(self).__name__} does not say its targets.")

    def terms(self, outputs, sharp):
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

    def __call__(self, outputs, sharp):
        """The scalar to minimise; arguments as for `terms`."""
        return sum(self.terms(outputs, sharp))
