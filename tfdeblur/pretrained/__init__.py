"""The weights that come with this package, which the project has trained itself.

How they were trained, and what they can and cannot do, is in the model card beside them,
README.md.
"""

from pathlib import Path

from tfdeblur.errors import InputError
from tfdeblur.models.presets import architecture, build_model
from tfdeblur.weights import SUFFIX
from tfdeblur.weights.downloads import cached_weights, downloadable_networks

# What `tfdeblur deblur photo.jpg` does. The network is light enough to restore the mirror image as
# well, which brings the gain above what a default must have; see the model card.
DEFAULT_MODEL = "dmsn_2_light"
DEFAULT_ENSEMBLE = 2

_FOLDER = Path(__file__).parent


def pretrained_models():
    """Names of the presets whose weights come with this package, sorted."""
    return sorted(path.name.removesuffix(SUFFIX) for path in _FOLDER.glob(f"*{SUFFIX}"))


def chosen_network(model=None, weights=None):
    """The network that a user means who names all of it, a part, or nothing.

    Args:
      model: name of a preset; None is the network that the weights are of.
      weights: path of a weight file; None is the one that comes with this package, or was
        downloaded.

    Returns:
      model, weights: a name, or None where the weight file says it, and a path.

    Raises:
      InputError: for a model whose weights neither come with this package nor were downloaded.
    """
    if weights is None:
        model = DEFAULT_MODEL if model is None else str(model)
        weights = _FOLDER / f"{model}{SUFFIX}"
        if model not in pretrained_models():
            weights = _downloaded(model)
    return model, weights


def _downloaded(model):
    if cached := cached_weights(model):
        return cached
    architecture(model)  # raises the better message for what is no network at all
    if model in downloadable_networks():
        raise InputError(
            f"Received the model {model} without weights; fetch those of its authors with "
            f"`tfdeblur download {model}`, or name a weight file as well."
        )
    there = [*pretrained_models(), *filter(cached_weights, downloadable_networks())]
    raise InputError(
        f"Received the model {model} without weights; expected its weight file as well, or a "
        f"model whose weights are there: {', '.join(there)}."
    )


def default_ensemble(model=None, weights=None):
    """How many copies are averaged where nobody said: more only for the default network."""
    return DEFAULT_ENSEMBLE if model is None and weights is None else 1


def load_network(model=None, weights=None, depth=None):
    """That network, built, with its weights; arguments and errors as `chosen_network`.

    Args:
      model: as for `chosen_network`.
      weights: as for `chosen_network`.
      depth: for stacks, how many units to build and read; None is all.
    """
    from tfdeblur.weights.files import load_model, load_weights

    model, weights = chosen_network(model, weights)
    if model is None:
        return load_model(weights, depth)
    network = build_model(model, depth)
    load_weights(network, weights)
    return network
