"""Weight files of half the size, for weights that are shipped."""

from pathlib import Path

import h5py
import numpy as np

from tfdeblur.errors import InputError
from tfdeblur.system.atomic_write import atomic_write
from tfdeblur.weights.files import check_room
from tfdeblur.weights.hdf5_survey import survey, without_optimizer


def store_in_half(source, target):
    """Copies a weight file with its values as float16, whole or not at all.

    A network that reads it has float32 variables as before, whose values are rounded to
    11 bits. The optimizer's state is left out.

    Args:
      source: path of a `.weights.h5` file.
      target: path of the file to write.

    Raises:
      InputError: when the source is no weight file, and when a value is beyond float16.
    """
    try:
        file = h5py.File(source, "r")
    except OSError:
        raise InputError(f"{source}: expected a weight file (HDF5) to copy.") from None
    with file, atomic_write(Path(target)) as unfinished:
        weights = without_optimizer(survey(file))
        check_room(unfinished, 2 * sum(item.size for item in weights.values()), len(weights))
        with h5py.File(unfinished, "w") as half:
            half.attrs.update(file.attrs)
            for name, item in weights.items():
                half[name] = _in_half(item, f"{source}: {name}")


def _in_half(item, name):
    if item.dtype.kind != "f":
        raise InputError(f"{name} is of type {item.dtype}; expected floats.")
    values = item[()]
    if np.abs(values).max(initial=0) > np.finfo(np.float16).max:
        raise InputError(f"{name} does not fit into float16, which ends at 65,504.")
    return values.astype(np.float16)
