"""What every network of the project has in common."""

import keras
from keras import ops

from tfdeblur.losses import FullSizeMSE, OutputLoss
from tfdeblur.ops.padding import crop_to_size, pad_to_multiple


class DeblurringModel(keras.Model):
    """Base of all networks: blurred images in, restored images out.

    `model(blur)` takes float32 in [0, 1], (batch, height, width, channels), with
    height and width multiples of `size_multiple`, and returns a list of restored
    images in the range [0, 1] (not clipped), coarse to fine; the last one is
    the final result. Any shift of the range happens inside the network.

    To train one, `compile(optimizer)` and `fit` on pairs (blur, sharp): the
    network brings its loss with it.

    A network sets:
      size_multiple: (height, width), the multiples its input size must have.
      padding_mode: how `deblur` reaches them, one of
        `tfdeblur.ops.padding.PADDING_MODES`.
      training_loss: the `tfdeblur.losses.OutputLoss` of its paper. Assign
        another one to an instance to train it differently.
    """

    padding_mode = "reflect"
    training_loss: OutputLoss = FullSizeMSE()

    @property
    def size_multiple(self):
        raise AttributeError(f"{type(self).__name__} does not say its size_multiple.")

    def deblur(self, blur):
        """The final restored image for images of any height and width.

        Args:
          blur: (batch, height, width, channels), float in [0, 1].

        Returns:
          (batch, height, width, channels), in the range [0, 1], not clipped.
        """
        _, height, width, _ = ops.shape(blur)
        padded = pad_to_multiple(blur, self.size_multiple, self.padding_mode)
        return crop_to_size(self.restore(padded), height, width)

    def restore(self, blur):
        """The final output alone, for images of a size the network takes.

        What `deblur` runs. A network overrides it when the final output can be
        had with less memory than all outputs at once.
        """
        return self(blur)[-1]

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The training loss of outputs `y_pred` for sharp images `y`; see `keras.Model`."""
        del x, training
        if self.loss is not None or sample_weight is not None:
            raise ValueError(
                f"Received loss={self.loss} in compile and sample_weight={sample_weight}; "
                "expected neither, as the loss is the network's own. Assign `training_loss` "
                "to change it."
            )
        return self.training_loss(y_pred, y)
