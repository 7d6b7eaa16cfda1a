"""How good one restored image is, and how good the blurred one was."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from tfdeblur.errors import InputError
from tfdeblur.metrics import psnr, ssim_gaussian, ssim_matlab3d, ssim_skimage
from tfdeblur.ops.image_range import quantise, to_unit_range

METRICS = {
    "psnr_db": psnr,
    "ssim_matlab3d": ssim_matlab3d,
    "ssim_gaussian": ssim_gaussian,
    "ssim_skimage": ssim_skimage,
}

# Of the restored image, then of the blurred one.
SCORES = (*METRICS, *(f"input_{name}" for name in METRICS))

# The largest window of a definition of SSIM that needs whole windows.
_MIN_SIDE = 11


class ImageScores:
    """Scores of restored images under one quantisation.

    Args:
      quantisation: how the output becomes what is compared, one of
        `tfdeblur.choices.QUANTIZATIONS`.
      dtype: of the pairs, as `PairSource.dtype`; the output is quantised to it.

    Raises:
      ValueError: for an unknown quantisation, at the first image.
    """

    def __init__(self, quantisation: str, dtype: str = "uint8") -> None:
        self.quantisation = quantisation
        self.dtype = dtype
        self._graph = _compiled(self._scores, dtype)

    def __call__(self, restored: Any, blur: np.ndarray, sharp: np.ndarray) -> dict[str, float]:
        """A dict from each of `SCORES` to a float.

        Args:
          restored: (1, height, width, 3) float, as the network gives it.
          blur, sharp: (height, width, 3) of `dtype`.

        Raises:
          InputError: for an image that is too small, or a restored one with NaN or infinity.
        """
        if min(sharp.shape[:2]) < _MIN_SIDE:
            raise InputError(
                f"received {sharp.shape[1]}x{sharp.shape[0]} pixels; expected at least "
                f"{_MIN_SIDE} rows and columns, the windows of SSIM."
            )
        values = ops.convert_to_numpy(self._graph(restored, blur[None], sharp[None]))
        if np.isnan(values[: len(METRICS)]).any():
            raise InputError(
                "the restored image holds NaN or infinite values; the weights are unusable, or "
                "too large for float16: choose the precision bfloat16 or float32."
            )
        return dict(zip(SCORES, map(float, values), strict=True))

    def quantised(self, restored: Any) -> np.ndarray:
        """The uint8 (height, width, 3) image to show for `restored`, of `__call__`."""
        # What is only clipped cannot be shown; rounding is nearest to it.
        shown = "round" if self.quantisation == "float" else self.quantisation
        return ops.convert_to_numpy(quantise(restored[0], "uint8", shown))

    def _scores(self, restored: Any, blur: Any, sharp: Any) -> Any:
        is_spoilt = ops.logical_not(ops.all(ops.isfinite(restored)))
        restored = quantise(restored, self.dtype, self.quantisation)
        if self.quantisation != "float":
            restored = to_unit_range(restored)
        # Integers have neither NaN nor infinity, so that they would go unnoticed.
        restored = ops.where(is_spoilt, float("nan"), restored)
        images = ops.concatenate([restored, to_unit_range(blur)])
        reference = ops.repeat(to_unit_range(sharp), 2, axis=0)
        values = [metric(images, reference) for metric in METRICS.values()]
        return ops.reshape(ops.transpose(ops.stack(values)), (-1,))  # as SCORES


def _compiled(function: Callable[..., Any], dtype: str) -> Callable[..., Any]:
    if keras.backend.backend() == "jax":
        import jax

        return jax.jit(function)
    import tensorflow as tf

    # One graph for all sizes, as for the network.
    shape = (1, None, None, 3)
    types = ("float32", dtype, dtype)
    return tf.function(function, input_signature=[tf.TensorSpec(shape, type) for type in types])
