"""The images a network makes on the way, as files beside the result."""

import dataclasses

from tfdeblur.images.writer import write_image
from tfdeblur.system.atomic_write import short_name

# Of 255 that a name may have.
_MOST_BYTES = 240


def intermediate_folder(target):
    """The folder for what leads to the result `target`, beside it."""
    return target.with_name(f"{short_name(target.stem, _MOST_BYTES)}_intermediate")


def write_intermediate(deblurrer, photo, target):
    """Writes what the network of a `Deblurrer` computes on the way from `photo` to `target`."""
    folder = intermediate_folder(target)
    images = deblurrer.intermediate_images(photo.pixels)
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, pixels) in enumerate(images.items(), start=1):
        # Transparency belongs to the result; here it would hide what is to be seen.
        step = dataclasses.replace(photo, pixels=pixels, alpha=None)
        write_image(folder / f"{number:02d}_{name}{target.suffix}", step)
