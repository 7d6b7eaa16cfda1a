"""Makes the pictures of the README and of the model card, from photographs of scikit-image.

  python -m tools.example_pictures [NETWORK WEIGHTS]

Photographs that the network of the package was not trained on are shaken, stored as JPEG, and
restored by it (or by the given one). Writes

  docs/before_after.jpg               blurred | restored
  tfdeblur/pretrained/examples.jpg    blurred | restored | sharp, a row for each photograph
"""

import sys
from pathlib import Path

import cv2
import numpy as np
import skimage.data

from tfdeblur import Deblurrer
from tfdeblur.synthesis.synthesis import MotionSettings, SensorSettings, synthesize_pair

_PROJECT = Path(__file__).parent.parent
_PHOTOGRAPHS = ("coffee", "chelsea", "rocket")
_SIZE = (288, 416)
_LENGTHS_PX = (10, 14, 20)


def blurred_and_sharp(photograph, length_px, size=_SIZE):
    """A photograph of scikit-image shaken by so many pixels, and the same without."""
    motion = MotionSettings(
        camera_extent_px=(length_px, length_px),
        inertia=(1, 1),
        max_rotation_degrees=0.5,
        num_objects=(0, 0),
    )
    sensor = SensorSettings(highlight_gain=(1, 1), jpeg_quality=(95, 95))
    pixels = getattr(skimage.data, photograph)()
    return synthesize_pair(np.random.default_rng(4), pixels, size, motion=motion, sensor=sensor)


def main(model=None, weights=None):
    """Writes the pictures and prints PSNR before and after."""
    deblur = Deblurrer(model, weights)
    rows = []
    for photograph, length_px in zip(_PHOTOGRAPHS, _LENGTHS_PX, strict=True):
        blur, sharp = blurred_and_sharp(photograph, length_px)
        restored = deblur(blur)
        rows.append(np.hstack([blur, restored, sharp]))
        print(photograph, length_px, *(f"{cv2.PSNR(x, sharp):.2f} dB" for x in (blur, restored)))
    width = _SIZE[1]
    _write(_PROJECT / "docs" / "before_after.jpg", rows[0][:, : 2 * width])
    _write(_PROJECT / "tfdeblur" / "pretrained" / "examples.jpg", np.vstack(rows))


def _write(path, pixels):
    cv2.imwrite(str(path), pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])


if __name__ == "__main__":
    main(*sys.argv[1:])
