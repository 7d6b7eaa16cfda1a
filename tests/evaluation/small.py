"""A small evaluation: a network whose output is known, and pairs that it restores a little."""

import cv2
import keras
import numpy as np
from scipy import ndimage

from tfdeblur import Deblurrer
from tfdeblur.models import DeblurringModel

SIZE = (36, 52)


class Sharpen(DeblurringModel):
    """Convolves every channel with `KERNEL`."""

    size_multiple = (1, 1)
    # Not of halves: sums on the edge of two grey levels could be rounded either way.
    KERNEL = np.array([[0, -0.033, 0], [-0.233, 1.531, -0.233], [0, -0.033, 0]], np.float32)

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.convolution = keras.layers.Conv2D(3, 3, padding="same")

    def build(self, input_shape):
        self.convolution.build(input_shape)
        kernel = self.KERNEL[..., None, None] * np.eye(3, dtype=np.float32)
        self.convolution.kernel.assign(kernel)

    def call(self, blur):
        return [self.convolution(blur)]


def sharpen(blur):
    """What `Sharpen` makes of a uint8 image, in [0, 1] but not clipped."""
    values = blur / 255
    return np.stack(
        [ndimage.correlate(values[..., c], Sharpen.KERNEL, mode="constant") for c in range(3)], -1
    )


def deblurrer(name="sharpen"):
    """A new `Deblurrer` of a new `Sharpen`."""
    model = Sharpen(name=name)
    model.build((None, None, None, 3))
    return Deblurrer(model)


def pair(number, size=SIZE):
    """(blur, sharp) uint8; a larger number is blurred more."""
    rng = np.random.default_rng(number)
    sharp = ndimage.gaussian_filter(rng.random((*size, 3)), (1, 1, 0)) > 0.5
    sharp = 0.2 + 0.6 * sharp
    blur = ndimage.gaussian_filter(sharp, (0.2, 0.7 + 0.1 * number, 0))
    return tuple(np.round(255 * image).astype(np.uint8) for image in (blur, sharp))


def write_pairs(root, names):
    """Writes `pair(i)` under the i-th of `names`; returns {"blur_dir": ..., "sharp_dir": ...}."""
    for number, name in enumerate(names):
        for side, image in zip(("blur", "sharp"), pair(number), strict=True):
            path = root / side / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            assert cv2.imwrite(str(path), image[..., ::-1])
    return {"blur_dir": root / "blur", "sharp_dir": root / "sharp"}
