"""Weight files of half the size, for weights that are shipped."""

from pathlib import Path

import h5py
import numpy as np

from tfdeblur.atomic_write import atomic_write
from tfdeblur.errors import InputError


def store_in_half(source, target):
    """Copies a weight file with its values as float16, whole or not at all.

    A network that reads it has float32 variables as before, whose values are rounded to
    11 bits. The optimizer's state is left out.

    Args:
      source: path of a `.weights.h5` file.
      target: path of the file to write.

    Raises:
      InputError: when a value is beyond float16, which ends at 65,504.
    """
    with (
        h5py.File(source, "r") as file,
        atomic_write(Path(target)) as unfinished,
        h5py.File(unfinished, "w") as half,
    ):
        _copy(file, half)


def _copy(group, copy):
    for name, value in group.attrs.items():
        copy.attrs[name] = value
    for name, item in group.items():
        if name == "optimizer":
            continue
        if isinstance(item, h5py.Group):
            _copy(item, copy.create_group(name))
            continue
        values = item[()]
        if np.abs(values).max(initial=0) > np.finfo(np.float16).max:
            raise InputError(f"{item.file.filename}: {item.name} does not fit into float16.")
        copy[name] = values.astype(np.float16)
