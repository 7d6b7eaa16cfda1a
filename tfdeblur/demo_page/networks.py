"""The networks that visitors choose among."""

from pathlib import Path

from tfdeblur.errors import InputError
from tfdeblur.inference.engine import Deblurrer
from tfdeblur.pretrained import pretrained_models


def named_networks(given):
    """Those that are given, then those that come with this package.

    Args:
      given: list of "MODEL=WEIGHTS", a preset or `.gin` file and its weight file.

    Returns:
      A dict from the name that the page shows, which a `.gin` file has from its folder,
      to a `Deblurrer`.

    Raises:
      InputError: for another form, for a name twice, and as `Deblurrer`.
    """
    networks = {}
    for text in given:
        model, _, weights = text.partition("=")
        if not (model and weights):
            raise InputError(
                f"Received {text!r}; expected NETWORK=WEIGHTS, such as "
                "dmphn_1_2_4=dmphn_1_2_4.weights.h5."
            )
        name = _shown_name(model)
        if name in networks:
            raise InputError(f"Received two networks named {name}; expected one of each name.")
        networks[name] = Deblurrer(model, weights)
    ours = [name for name in pretrained_models() if name not in networks]
    return networks | {name: Deblurrer(name) for name in ours}


def _shown_name(model):
    # Every run's configuration has the same name; its folder tells which it is.
    return Path(model).resolve().parent.name if model.endswith(".gin") else model
