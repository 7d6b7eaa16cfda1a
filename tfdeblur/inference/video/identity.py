"""What tells one network from another, so that a video is not finished by a different one."""

import hashlib


def network_identity(deblurrer):
    """A digest of the weights and settings of a `Deblurrer`, or the name of a function."""
    model = getattr(deblurrer, "model", None)
    if model is None:
        kind = deblurrer if hasattr(deblurrer, "__qualname__") else type(deblurrer)
        return f"{kind.__module__}.{kind.__qualname__}"
    digest = hashlib.sha256()
    for variable in model.variables:
        digest.update(f"{variable.path} {variable.shape} {variable.dtype}".encode())
        digest.update(variable.numpy().tobytes())
    return f"{model.name}, depth {deblurrer.depth}, weights {digest.hexdigest()}"
