"""A network that gives back what it is given, so that every change is the project's."""

from pathlib import Path

CONFIG = """from __gin__ import dynamic_registration
from tfdeblur import models
include "models/dmphn/_dmphn.gin"

models.DMPHN.levels = (1,)
models.DMPHN.filters = (4, 4, 4)
models.DMPHN.blocks_per_stage = 1
models.DMPHN.global_skip = True
"""


def write_identity_network(folder):
    """Writes a DMPHN whose residual is zero; returns the flags that name it to an app."""
    from tfdeblur.config import build_model
    from tfdeblur.weights.files import save_weights

    folder = Path(folder)
    config, weights = folder / "identity.gin", folder / "identity.weights.h5"
    config.write_text(CONFIG)
    model = build_model(str(config))
    for variable in model.weights:
        variable.assign(variable * 0)
    save_weights(model, weights)
    return [f"--model={config}", f"--weights={weights}"]
