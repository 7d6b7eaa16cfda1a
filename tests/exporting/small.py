"""Small networks whose outputs are no longer those of initial weights, and what they give."""

import numpy as np

from tfdeblur.models import DMPHN, PSSNSC, Stack


def _dmphn():
    return DMPHN((1, 2), filters=(4, 4, 4), blocks_per_stage=1)


NETWORKS = {
    "dmphn": _dmphn,
    "stack": lambda: Stack(_dmphn(), num_units=2),
    "pss_nsc": lambda: PSSNSC(num_scales=2, filters=(4, 6), units=1),
}


def network(name):
    """One of `NETWORKS`, built, with weights that make images of many grey levels."""
    model = NETWORKS[name]()
    model.build((None, None, None, 3))
    random = np.random.default_rng(0)
    for variable in model.trainable_variables:
        variable.assign(0.05 * random.standard_normal(variable.shape))
    return model


def in_8_bits(model, images, **options):
    """What `model` makes of uint8 `images`, rounded, by NumPy."""
    restored = np.asarray(model.deblur(images.astype(np.float32) / 255, **options))
    return np.round(255 * restored.clip(0, 1))
