"""What every network of the project has in common."""

import keras
from keras import ops

from tfdeblur.ops.padding import crop_to_size, pad_to_multiple


class DeblurringModel(keras.Model):
    """Base of all networks: blurred images in, restored images out.

    `model(blur)` takes float32 in [0, 1], (batch, height, width, channels), with
    height and width multiples of `size_multiple`, and returns a list of restored
    images in the range [0, 1] (not clipped), coarse to fine; the last one is
    the final result. Any shift of the range happens inside the network.

    A network sets:
      size_multiple: (height, width), the multiples its input size must have.
      padding_mode: how `deblur` reaches them, one of
        `tfdeblur.ops.padding.PADDING_MODES`.
    """

    padding_mode = "reflect"

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
        return crop_to_size(self(padded)[-1], height, width)
