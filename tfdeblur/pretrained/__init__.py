"""The weights that come with this package, which the project has trained itself.

How they were trained, and what they can and cannot do, is in the model card beside them,
README.md.
"""

from pathlib import Path

from tfdeblur.errors import InputError
from tfdeblur.weights.files import SUFFIX

_FOLDER = Path(__file__).parent


def pretrained_models():
    """Names of the presets whose weights come with this package, sorted."""
    return sorted(path.name.removesuffix(SUFFIX) for path in _FOLDER.glob(f"*{SUFFIX}"))


def chosen_weights(model, weights=None):
    """The weight file that a user means who names a model, and perhaps its weights.

    Args:
      model: name of a preset or path of a `.gin` file.
      weights: path of its weight file; None is the one that comes with this package.

    Returns:
      A path.

    Raises:
      InputError: for a model without weights that has none here.
    """
    if weights is not None:
        return weights
    if str(model) not in pretrained_models():
        raise InputError(
            f"Received the model {model} without weights; expected its weight file as well, or "
            f"a model whose weights come with this package: {', '.join(pretrained_models())}."
        )
    return _FOLDER / f"{model}{SUFFIX}"
