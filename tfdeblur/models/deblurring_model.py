"""What every network of the project has in common."""

import keras
from keras import ops

from tfdeblur.losses import FullSizeMSE, OutputLoss
from tfdeblur.models.training_means import TrainingMeans
from tfdeblur.ops.padding import crop_to_size, pad_to_multiple


class DeblurringModel(keras.Model):
    """Base of all networks: blurred images in, restored images out.

    `model(blur)` takes float32 in [0, 1], (batch, height, width, channels), with
    height and width multiples of `size_multiple`, and returns a list of restored
    images in the range [0, 1] (not clipped), coarse to fine; the last one is
    the final result. Any shift of the range happens inside the network.

    To train one, `compile(optimizer)` and `fit` on pairs (blur, sharp): the
    network brings its loss with it. Beside the loss, `fit` and `evaluate` give the
    PSNR of the final output, clipped, as "psnr_db", that of the blurred images as
    "input_psnr_db", and for several outputs the error of each as "loss_1",
    "loss_2", ..., coarse to fine or unit by unit.

    A network sets:
      size_multiple: (height, width), the multiples its input size must have.
      padding_mode: how `deblur` reaches them, one of
        `tfdeblur.ops.padding.PADDING_MODES`.
      num_units, depth: how many units the network stacks, and how many of them
        are built; those with more than one take a `depth` when called.
      num_outputs: length of the list of restored images.
      working_bytes_per_pixel: peak working memory of `deblur` in float32, measured
        on CPU at 1280x720 and rounded up.
      training_loss: the `tfdeblur.losses.OutputLoss` of its paper. Assign
        another one to an instance to train it differently.
    """

    padding_mode = "reflect"
    num_units = 1
    depth = 1
    num_outputs = 1
    working_bytes_per_pixel = 500
    training_loss: OutputLoss = FullSizeMSE()
    _means: TrainingMeans | None = None

    @property
    def size_multiple(self):
        raise AttributeError(f"{type(self).__name__} does not say its size_multiple.")

    def deblur(self, blur, **options):
        """The final restored image for images of any height and width.

        Args:
          blur: (batch, height, width, channels), float in [0, 1].
          **options: what else the network's call takes, e.g. `depth` of a stack.

        Returns:
          (batch, height, width, channels), in the range [0, 1], not clipped.
        """
        _, height, width, _ = ops.shape(blur)
        return crop_to_size(self.final_output(self._padded(blur), **options), height, width)

    def final_output(self, blur, **options):
        """The final output alone, for images of a size the network takes.

        What `deblur` runs. A network overrides it when the final output can be
        had with less memory than all outputs at once.
        """
        return self(blur, **options)[-1]

    def intermediate_images(self, blur, **options):
        """What the network computes on the way, by readable names, in order.

        Args:
          blur: as for `deblur`.
          **options: as for `deblur`.

        Returns:
          A dict from name to (batch, height', width', channels), in the range
          [0, 1]; sizes are those of `blur` except for networks of several scales.
        """
        if not self.built:
            self.build((None, None, None, blur.shape[-1]))
        _, height, width, _ = ops.shape(blur)
        padded = self._padded(blur)
        cropped = {}
        for name, image in self.named_images(padded, **options).items():
            scale = padded.shape[1] // image.shape[1]
            cropped[name] = crop_to_size(image, -(-height // scale), -(-width // scale))
        return cropped

    def named_images(self, blur):
        """As `intermediate_images`, for sizes that need no padding."""
        return {f"output_{i}": image for i, image in enumerate(self(blur), start=1)}

    @property
    def metrics(self):
        if not self.compiled:
            return super().metrics
        if self._means is None:
            self._means = TrainingMeans(self.num_outputs)
        return [*super().metrics, *self._means.metrics]

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        """Updates what `fit` shows besides the loss; see `keras.Model`."""
        self._means.update(x, y, y_pred, self.training_loss.terms(y_pred, y))
        return super().compute_metrics(x, y, y_pred[-1], sample_weight)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The training loss of outputs `y_pred` for sharp images `y`; see `keras.Model`."""
        del x, training
        if self.loss is not None or sample_weight is not None:
            raise ValueError(
                f"Received loss={self.loss} in compile and sample_weight={sample_weight}; "
                "expected neither, as the loss is the network's own. Assign `training_loss` "
                "to change it."
            )
        return self.training_loss(y_pred, y) + sum(self.losses)

    def _padded(self, blur):
        return pad_to_multiple(blur, self.size_multiple, self.padding_mode)
