"""The networks that visitors choose among."""

from pathlib import Path

from tfdeblur.errors import InputError
from tfdeblur.inference.engine import Deblurrer
from tfdeblur.pretrained import pretrained_models
from tfdeblur.weights import SUFFIX
from tfdeblur.weights.downloads import cached_weights, downloadable_networks


def named_networks(given):
    """Gives those that are named, then those that come with this package or were downloaded.

    Args:
      given: list of weight files, each alone, since it says which network it is of, or as
        "MODEL=WEIGHTS", after the name of a preset.

    Returns:
      A dict from the name that the page shows to a `Deblurrer`. Weights alone have the
      name of their file, those of a training run that of its folder.

    Raises:
      InputError: for another form, for a name twice, and as `Deblurrer`.
    """
    networks = {}
    for text in given:
        alone = text.endswith(SUFFIX) and "=" not in text
        model, _, weights = (None, "", text) if alone else text.partition("=")
        if model == "" or not weights:
            raise InputError(
                f"Received {text!r}; expected a weight file, or NETWORK=WEIGHTS, such as "
                "dmphn_1_2_4=dmphn_1_2_4.weights.h5."
            )
        name = model or _shown_name(Path(weights))
        if name in networks:
            raise InputError(f"Received two networks named {name}; expected one of each name.")
        networks[name] = Deblurrer(model, weights)
    ours = [*pretrained_models(), *filter(cached_weights, downloadable_networks())]
    return networks | {name: Deblurrer(name) for name in ours if name not in networks}


def _shown_name(weights):
    # All runs name their weights alike; the folder tells which run it is.
    name = weights.name.removesuffix(SUFFIX)
    return weights.resolve().parent.name if name == "model" else name
