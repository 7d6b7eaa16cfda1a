"""The networks whose weights anyone can have, and what is known of them.

Measured by the project's protocol (experiments/): PSNR is the mean over the four 1280x720 frames
of GoPro's test set that the tests use, in one pass unless the text says otherwise; seconds are of
one such frame on two processor cores in float32. None was not measured.
"""

from typing import NamedTuple

from tfdeblur.pretrained import DEFAULT_MODEL, pretrained_models
from tfdeblur.weights.downloads import cached_weights

BLURRED_PSNR_DB = 23.58

_OURS = "Apache-2.0"
_AUTHORS = "none stated"


class Offer(NamedTuple):
    """A network with weights: PSNR in dB, seconds a frame, megabytes, licence of the weights."""

    name: str
    psnr_db: float | None
    seconds: float | None
    megabytes: float
    licence: str

    @property
    def how(self) -> str:
        """How the weights are had, in a few words."""
        if self.name in pretrained_models():
            return "with the package"
        return f"tfdeblur download {self.name}"

    @property
    def is_here(self) -> bool:
        """Whether a network of this name can be run now."""
        return self.name in pretrained_models() or cached_weights(self.name) is not None

    @property
    def is_default(self) -> bool:
        return self.name == DEFAULT_MODEL


OFFERS = (
    Offer("dmsn_2_light", 24.52, 0.37, 1.4, _OURS),
    Offer("dmphn_1_2_4", 28.32, 6.6, 22, _AUTHORS),
    Offer("dmphn_1_2_4_8", None, 8.9, 29, _AUTHORS),
    Offer("stack2_dmphn", 29.21, 13, 43, _AUTHORS),
    Offer("stack3_dmphn", None, None, 65, _AUTHORS),
    Offer("stack4_dmphn", None, None, 87, _AUTHORS),
)


def catalog_rows() -> list[tuple[str, ...]]:
    """Gives the catalog as text: name, PSNR, seconds, size, licence, how it is had."""
    return [
        (
            offer.name,
            "not measured" if offer.psnr_db is None else f"{offer.psnr_db:.2f} dB",
            "not measured" if offer.seconds is None else f"{offer.seconds:g} s",
            f"{offer.megabytes:g} MB",
            offer.licence,
            offer.how,
        )
        for offer in OFFERS
    ]
