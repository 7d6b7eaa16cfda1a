"""Runtimes simple enough to know their answers."""

import numpy as np

from tfdeblur.inference.runtimes.runtime import Runtime


class PerPixel(Runtime):
    """Inverts every pixel, whatever is around it, and keeps the shapes it was given."""

    name = "per_pixel"

    def __init__(self, compiles_shapes=False):
        self.compiles_shapes = compiles_shapes
        self.shapes = []

    def __call__(self, batch):
        self.shapes.append(tuple(batch.shape))
        return 1 - np.asarray(batch)


class LeftMinusRight(Runtime):
    """The difference of each pixel and its right neighbour: it matters how an image is turned."""

    name = "left_minus_right"

    def __call__(self, batch):
        batch = np.asarray(batch)
        return batch - np.roll(batch, -1, axis=2)


class Window(Runtime):
    """Mean over a square of `side` pixels around each: sees no further than that."""

    name = "window"

    def __init__(self, side):
        self.side = side

    def __call__(self, batch):
        import cv2

        size = (self.side, self.side)
        border = cv2.BORDER_REFLECT_101
        return np.stack([cv2.blur(image, size, borderType=border) for image in np.array(batch)])
