"""A small network of every family, and weights that make it do something."""

import numpy as np

from tfdeblur.models import DMPHN, DMSN, PSSNSC, VMPHN, NAFNet, ResidualUNet, Stack

TINY = {"filters": (4, 4, 4), "blocks_per_stage": 1}

# As few operations as show all kinds of them: compiling and converting them takes seconds.
FAMILIES = {
    "dmphn": lambda: DMPHN((1, 2), **TINY),
    "dmphn_ws": lambda: DMPHN((1, 2, 4), weight_sharing=True, **TINY),
    "vmphn": lambda: VMPHN((1, 2)),
    "stack": lambda: Stack(DMPHN((1, 2), **TINY), num_units=2),
    "dmsn": lambda: DMSN(2, **TINY),
    "pss_nsc": lambda: PSSNSC(num_scales=2, filters=(4, 6), units=1),
    "pss_nsc_dense": lambda: PSSNSC(
        num_scales=2, filters=(4, 4), units=1, transformation="dense", across_scales="none"
    ),
    "residual_unet": lambda: ResidualUNet(
        (4, 6), encoder_blocks=(1,), middle_blocks=1, decoder_blocks=(1,)
    ),
    "nafnet": lambda: NAFNet(4, (1,), 1, (1,)),
    "nafnet_local": lambda: NAFNet(4, (1,), 1, (1,), local_pooling=True),
}


def network(family):
    """One of `FAMILIES`, built for RGB, with random weights."""
    model = FAMILIES[family]()
    model.build((None, None, None, 3))
    return randomize_weights(model)


def randomize_weights(layer, seed=0, scale=0.05):
    """Gives a built layer or network normally distributed weights, and returns it.

    New ones may be the identity, and begin with biases of zero.
    """
    random = np.random.default_rng(seed)
    layer.set_weights([scale * random.standard_normal(w.shape) for w in layer.get_weights()])
    return layer
