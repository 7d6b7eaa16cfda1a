"""What tells one network from another, so that a video is not finished by a different one."""

import hashlib

import numpy as np


def network_identity(deblurrer):
    """Weights, depth and settings of a `Deblurrer` as JSON can hold them; a function's name."""
    if not hasattr(deblurrer, "settings"):
        kind = deblurrer if hasattr(deblurrer, "__qualname__") else type(deblurrer)
        return f"{kind.__module__}.{kind.__qualname__}"
    return {
        "network": _digest(deblurrer),
        "depth": deblurrer.depth,
        "settings": {
            name: repr(value)
            for name, value in deblurrer.settings.items()
            if name != "batch_size"  # changes no picture
        },
    }


def _digest(deblurrer):
    if deblurrer.model is not None:
        # Imports Keras, which a video restored by a plain function does without.
        from tfdeblur.weights.provenance import weights_sha256

        return f"{weights_sha256(deblurrer.model)} {deblurrer.model.compute_dtype}"
    # From an exported file, which does not show its weights but what it does.
    picture = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    return hashlib.sha256(deblurrer(picture).tobytes()).hexdigest()
