"""Camera response functions: how a camera turns light into the values it stores.

Motion blur adds up light, not stored values. To average frames as a sensor would,
the response is inverted, the mean is taken, and the response is applied again
([Nah17], Eq. (2)). [Nah17] takes gamma 2.2 as an approximation of a response that
is not known; the widely used `blur` images of their dataset were averaged as they
stood, which is the response "linear".
"""

from pathlib import Path

import numpy as np

from tfdeblur.errors import InputError


class GammaResponse:
    """The power law `stored = light ** (1 / gamma)`; gamma 1 is a linear camera.

    Source: [Nah17], Eq. (2), with gamma 2.2.
    """

    def __init__(self, gamma=2.2):
        if not gamma > 0:
            raise ValueError(f"Received gamma={gamma}; expected a number above 0, such as 2.2.")
        self.gamma = float(gamma)

    def apply(self, light):
        """Stored values in [0, 1] of linear light in [0, 1], any shape."""
        return light if self.gamma == 1 else np.power(light, 1 / self.gamma)

    def invert(self, stored):
        """Linear light in [0, 1] of stored values in [0, 1], any shape."""
        return stored if self.gamma == 1 else np.power(stored, self.gamma)


class SampledResponse:
    """A measured response, linearly interpolated between its samples.

    Args:
      light: (k,) linear light, strictly increasing, from 0 to 1.
      stored: (k,) what the camera stores for it, strictly increasing, from 0 to 1;
        without strictness the inverse would not exist.
    """

    def __init__(self, light, stored):
        self.light = np.asarray(light, np.float64)
        self.stored = np.asarray(stored, np.float64)
        if self.light.ndim != 1 or self.light.shape != self.stored.shape or self.light.size < 2:
            raise ValueError(
                f"Received {self.light.shape} and {self.stored.shape} samples; expected two "
                "equally long lists of at least two numbers."
            )
        for name, samples in (("light", self.light), ("stored values", self.stored)):
            # Not `any(diff <= 0)`, which a NaN would pass.
            if not np.all(np.diff(samples) > 0) or samples[0] != 0 or samples[-1] != 1:
                raise ValueError(
                    f"Received {name} from {samples[0]:g} to {samples[-1]:g}, or not strictly "
                    "increasing; expected strictly increasing samples from 0 to 1. Divide by "
                    "the largest and leave out samples that repeat."
                )

    def apply(self, light):
        """Stored values in [0, 1] of linear light in [0, 1], any shape."""
        return np.interp(light, self.light, self.stored)

    def invert(self, stored):
        """Linear light in [0, 1] of stored values in [0, 1], any shape."""
        return np.interp(stored, self.stored, self.light)


NAMED_RESPONSES = {"gamma2.2": 2.2, "linear": 1.0}


def camera_response(name):
    """The response "gamma2.2" or "linear", or the measured one in the file `name`.

    The file is text with one sample a line, `light stored`, separated by blanks or a
    comma, both strictly increasing from 0 to 1. Lines that begin with # are comments.

    Raises:
      InputError: when `name` is none of these, or the file holds something else.
    """
    if str(name) in NAMED_RESPONSES:
        return GammaResponse(NAMED_RESPONSES[str(name)])
    path = Path(name)
    if not path.is_file():
        raise InputError(
            f"Received camera response {str(name)!r}; expected {', '.join(NAMED_RESPONSES)} or a "
            "file with a line `light stored` for each sample, and there is no such file."
        )
    try:
        lines = path.read_text().splitlines()
        content = [line.replace(",", " ").split() for line in lines if not line.startswith("#")]
        light, stored = zip(
            *([float(value) for value in sample] for sample in content if sample), strict=True
        )
        return SampledResponse(light, stored)
    except ValueError as error:
        raise InputError(
            f"{path}: not a camera response ({error}). Expected a line `light stored` for each "
            "sample, two numbers, both strictly increasing from 0 to 1."
        ) from None
