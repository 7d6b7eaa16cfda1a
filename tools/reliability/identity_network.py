"""A network that gives back what it is given, so that every change is the project's."""

from pathlib import Path

# Of dmphn_1.
ARGUMENTS = {"filters": (4, 4, 4), "blocks_per_stage": 1, "global_skip": True}


def write_identity_network(folder):
    """Writes a DMPHN whose residual is zero; returns the flag that names it to an app."""
    from tfdeblur.models.presets import build_model
    from tfdeblur.weights.files import save_weights

    weights = Path(folder) / "identity.weights.h5"
    model = build_model("dmphn_1", **ARGUMENTS)
    for variable in model.weights:
        variable.assign(variable * 0)
    save_weights(model, weights)
    return [f"--weights={weights}"]
