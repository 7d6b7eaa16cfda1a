"""The weights that come with this package, which the project has trained itself.

How they were trained, and what they can and cannot do, is in the model card beside them,
README.md.
"""

from pathlib import Path

from tfdeblur.errors import InputError
from tfdeblur.weights import SUFFIX

# What `tfdeblur deblur photo.jpg` does. The network is light enough to restore the mirror image as
# well, which brings the gain above what a default must have; see the model card.
DEFAULT_MODEL = "dmsn_2_light"
DEFAULT_ENSEMBLE = 2

_FOLDER = Path(__file__).parent


def pretrained_models():
    """Names of the presets whose weights come with this package, sorted."""
    return sorted(path.name.removesuffix(SUFFIX) for path in _FOLDER.glob(f"*{SUFFIX}"))


def chosen_network(model=None, weights=None):
    """The network that a user means who names all of it, its model alone, or nothing.

    Args:
      model: name of a preset or path of a `.gin` file; None is `DEFAULT_MODEL`.
      weights: path of its weight file; None is the one that comes with this package.

    Returns:
      model, weights: a name or path, and a path.

    Raises:
      InputError: for a model without weights that has none here, and for weights alone.
    """
    if model is None and weights is not None:
        raise InputError(
            f"Received the weights {weights} without a model; expected the model they belong to "
            "as well."
        )
    model = DEFAULT_MODEL if model is None else model
    if weights is None:
        if str(model) not in pretrained_models():
            raise InputError(
                f"Received the model {model} without weights; expected its weight file as well, or "
                f"a model whose weights come with this package: {', '.join(pretrained_models())}."
            )
        weights = _FOLDER / f"{model}{SUFFIX}"
    return model, weights
