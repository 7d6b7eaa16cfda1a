"""The losses that fit the families of networks, and images at the ends of the range."""

import numpy as np

from tests.support.networks import FAMILIES
from tfdeblur.losses import Charbonnier, FullSizeMSE, NegativePSNR

OF_SEVERAL_SCALES = ("dmsn", "pss_nsc", "pss_nsc_dense")
SIDE = 8


def losses_of(family):
    """By name, all losses that fit the outputs of a family."""
    if family in OF_SEVERAL_SCALES:
        return {"multi_scale": FAMILIES[family]().training_loss}
    return {
        "charbonnier": Charbonnier(),
        "full_size": FullSizeMSE(),
        "negative_psnr": NegativePSNR(),
    }


def extreme_images():
    """By name, (SIDE, SIDE, 3) float32 of nothing but zeros and ones, and one of noise."""
    odd = np.indices((SIDE, SIDE)).sum(axis=0) % 2
    board = np.repeat(odd[..., None], 3, axis=-1)
    images = {
        "black": np.zeros_like(board),
        "white": np.ones_like(board),
        "checkerboard": board,
        "red": np.ones_like(board) * [1, 0, 0],
        "noise": np.random.default_rng(0).random(board.shape),
    }
    return {name: image.astype(np.float32) for name, image in images.items()}


def extreme_pairs():
    """(blur, sharp), two batches: every extreme image beside itself and beside another."""
    images = np.stack(list(extreme_images().values()))
    return np.concatenate([images] * 2), np.concatenate([images, np.roll(images, 1, axis=0)])
