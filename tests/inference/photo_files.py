"""Pictures to restore, as files, and what stands for a network."""

import numpy as np
from PIL import Image

from tfdeblur.inference.size_limits import check_size


class Inverter:
    """Stands for a `Deblurrer`: known results, no waiting."""

    def check_size(self, height, width):
        check_size(height, width, bytes_per_pixel=0)

    def restore_all(self, images, return_errors=False):
        return (255 - pixels for pixels in images)


def save(path, value=10):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((4, 5, 3), value, np.uint8)).save(path)
    return path


def value_of(path):
    return np.unique(np.asarray(Image.open(path))).tolist()
