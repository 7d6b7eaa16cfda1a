"""What every network of the project has in common."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from tfdeblur.losses.full_size_mse import FullSizeMSE
from tfdeblur.losses.output_loss import OutputLoss
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
      num_outputs: length of the list of restored images, 1 unless it says otherwise.
      working_bytes_per_pixel: peak working memory of `deblur` in float32, measured
        on CPU at 1280x720 and rounded up.
      training_loss: the `tfdeblur.losses.OutputLoss` of its paper. Assign
        another one to an instance to train it differently; it is saved with it.
      training_channels: of the crops its paper trains it on, 1 if they are gray.
    """

    padding_mode = "reflect"
    num_units = 1
    depth = 1
    working_bytes_per_pixel = 500
    training_loss: OutputLoss = FullSizeMSE()
    training_channels = 3
    _means: Any = None

    def __init__(self, training_loss: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if training_loss is not None:  # as `get_config` has it
            self.training_loss = keras.saving.deserialize_keras_object(training_loss)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if "training_loss" in vars(self):
            config["training_loss"] = keras.saving.serialize_keras_object(self.training_loss)
        return config

    @property
    def num_outputs(self) -> int:
        return 1

    @property
    def size_multiple(self) -> tuple[int, int]:
        raise AttributeError(f"{type(self).__name__} does not say its size_multiple.")

    def deblur(self, blur: Any, depth: int | None = None) -> Any:
        """The final restored image for images of any height and width.

        Args:
          blur: (batch, height, width, channels), float in [0, 1].
          depth: of a stack, how many units to run; None is all that were built.

        Returns:
          (batch, height, width, channels), in the range [0, 1], not clipped.
        """
        _, height, width, _ = ops.shape(blur)
        restored = self.final_output(self._padded(blur), **self._options(depth))
        return crop_to_size(restored, height, width)

    def final_output(self, blur: Any, **options: Any) -> Any:
        """The final output alone, for images of a size the network takes.

        What `deblur` runs. A network overrides it when the final output can be
        had with less memory than all outputs at once.
        """
        return self(blur, **options)[-1]

    def intermediate_images(self, blur: Any, depth: int | None = None) -> dict[str, Any]:
        """What the network computes on the way, by readable names, in order.

        Args:
          blur, depth: as for `deblur`.

        Returns:
          A dict from name to (batch, height', width', channels), in the range
          [0, 1]; sizes are those of `blur` except for networks of several scales.
        """
        if not self.built:
            self.build((None, None, None, blur.shape[-1]))
        _, height, width, _ = ops.shape(blur)
        padded = self._padded(blur)
        named_images: Callable[..., dict[str, Any]] = self.named_images
        cropped = {}
        for name, image in named_images(padded, **self._options(depth)).items():
            scale = padded.shape[1] // image.shape[1]
            cropped[name] = crop_to_size(image, -(-height // scale), -(-width // scale))
        return cropped

    def named_images(self, blur: Any) -> dict[str, Any]:
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

    def _options(self, depth: int | None) -> dict[str, int]:
        # Only stacks know the word.
        return {} if depth in (None, self.depth) else {"depth": depth}

    def _padded(self, blur: Any) -> Any:
        return pad_to_multiple(blur, self.size_multiple, self.padding_mode)
