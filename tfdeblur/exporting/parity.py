"""Whether an exported file computes what the Keras model computes."""

import dataclasses

import keras
import numpy as np

from tfdeblur.ops.image_range import quantise

# (batch, height, width): sides that no network takes without padding, several images at
# once, and a frame of the usual size, one alone so that memory stays bounded.
SHAPES = ((1, 65, 97), (3, 65, 97), (1, 720, 1280))


@dataclasses.dataclass(frozen=True)
class Tolerance:
    """What may lie between a file and its network.

    Attributes:
      float_difference: largest difference of floats, in shares of the largest output or
        of 1, whichever is more: rounding errors grow with what is rounded.
      uint8_difference: largest difference, in grey levels.
      uint8_share: share of values in 8 bits that may differ at all.
    """

    float_difference: float
    uint8_difference: int
    uint8_share: float


# Several times what was measured (experiments/export.md).
FLOAT32 = Tolerance(float_difference=1e-4, uint8_difference=1, uint8_share=2e-3)
FLOAT16_WEIGHTS = Tolerance(float_difference=0.02, uint8_difference=4, uint8_share=0.3)


@dataclasses.dataclass(frozen=True)
class Parity:
    """What was found at one size.

    Attributes:
      batch, height, width: of the images.
      largest_output: largest magnitude in what the Keras model gave.
      float_difference: largest difference of unclipped floats; None where the file takes
        8-bit images only.
      uint8_difference: largest difference in grey levels, of floats once they are rounded
        where the file takes floats only.
      uint8_share: share of those values in 8 bits that differ at all.
    """

    batch: int
    height: int
    width: int
    largest_output: float
    float_difference: float | None
    uint8_difference: int
    uint8_share: float

    def problems(self, tolerance):
        """What exceeds the tolerance, in words; an empty list if nothing does."""
        allowed = tolerance.float_difference * max(1.0, self.largest_output)
        return [
            f"{value:.2g} {of_what} at {self.batch}x{self.height}x{self.width}, "
            f"at most {limit:.2g} expected"
            for value, limit, of_what in (
                (self.float_difference, allowed, "largest difference of floats"),
                (self.uint8_difference, tolerance.uint8_difference, "grey levels apart"),
                (self.uint8_share, tolerance.uint8_share, "of the 8-bit values differ"),
            )
            # NaN is not within any tolerance.
            if value is not None and not value <= limit
        ]


def measure_parity(model, exported, shapes=SHAPES, depth=None):
    """Compares an exported file with the Keras model, which is run as it is, without a graph.

    Args:
      model: the built `DeblurringModel` that was exported.
      exported: {input type: function from NumPy array to NumPy array}, of a file loaded
        afresh.
      shapes: (batch, height, width) of the images to compare on.
      depth: for stacks, the units that were exported; None is all that were built.

    Returns:
      A list of `Parity`, one per shape.
    """
    found = []
    for batch, height, width in shapes:
        images = scene(batch, height, width)
        blur = images / np.float32(255)
        expected = keras.ops.convert_to_numpy(model.deblur(blur, depth))
        floats = exported["float"](blur) if "float" in exported else None
        integers = exported["uint8"](images) if "uint8" in exported else _in_8_bits(floats)
        apart = np.abs(integers.astype(int) - _in_8_bits(expected))
        found.append(
            Parity(
                batch,
                height,
                width,
                largest_output=float(np.abs(expected).max()),
                float_difference=None if floats is None else float(np.abs(floats - expected).max()),
                uint8_difference=int(apart.max()),
                uint8_share=float((apart > 0).mean()),
            )
        )
    return found


def _in_8_bits(restored):
    return keras.ops.convert_to_numpy(quantise(restored)).astype(int)


def scene(batch, height, width):
    """Images that are always the same: shading, edges, fine rings and a little noise.

    Noise alone would hide errors that are smooth, and a picture those at pixel scale.

    Returns:
      (batch, height, width, 3) uint8, every image another one.
    """
    row, column = np.mgrid[:height, :width].astype(np.float32)
    y, x = row / height, column / width
    images = np.empty((batch, height, width, 3), np.uint8)
    for index in range(batch):
        noise = np.random.default_rng(index).random((height, width, 3), np.float32)
        for channel in range(3):
            shading = np.sin(2 * np.pi * ((channel + 1) * x + y + 0.3 * index))
            rings = np.sin(80 * ((x - 0.3 * channel) ** 2 + (y - 0.2 * index) ** 2))
            edges = np.sign(np.sin(row / 5 + channel) * np.sin(column / 7 + index))
            value = 0.5 + 0.2 * shading + 0.1 * rings + 0.12 * edges
            images[index, ..., channel] = 255 * (value + 0.1 * (noise[..., channel] - 0.5)).clip(
                0, 1
            )
    return images
