"""What lies in an HDF5 file, told without trusting it.

HDF5 files can do more than hold values: links lead to other files, datasets are put
together from the content of others or unpacked by plugins, and a declared size costs
nothing. Keras writes none of that, so a weight file with any of it is refused before a
value is read.
"""

import h5py
import numpy as np

from tfdeblur.errors import InputError, shown

# Keras nests as deep as layers lie in each other, five or so.
_DEEPEST = 32


def survey(file):
    """The datasets of an open `h5py.File`: dict from name to `h5py.Dataset`.

    Raises:
      InputError: for what Keras does not write, with the name of the object.
      Exception: of many kinds, when the file is damaged.
    """
    room = file.id.get_filesize()
    datasets = {}
    seen = set()
    groups = [("", file)]
    while groups:
        path, group = groups.pop()
        if path.count("/") > _DEEPEST:
            raise InputError(f"{shown(path)} lies deeper than any weights")
        for key in group:
            name = f"{path}{key}"
            if not isinstance(group.get(key, getlink=True), h5py.HardLink):
                raise InputError(f"{shown(name)} is a link to something else")
            item = group[key]
            address = h5py.h5o.get_info(item.id).addr
            if address in seen:
                raise InputError(f"{shown(name)} is there under another name as well")
            seen.add(address)
            if isinstance(item, h5py.Group):
                groups.append((f"{name}/", item))
            else:
                room -= _num_bytes(name, item)
                datasets[name] = item
            # More than there is would be the same bytes again and again.
            if room < 0:
                raise InputError(f"{shown(name)} is larger than the file")
    return datasets


def _num_bytes(name, item):
    """Size of a dataset that holds plain numbers in the file itself, in bytes."""
    if not isinstance(item, h5py.Dataset) or item.dtype.kind not in "fiu":
        raise InputError(f"{shown(name)} holds no numbers")
    layout = item.id.get_create_plist().get_layout()
    if layout not in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT) or item.external:
        raise InputError(f"{shown(name)} is compressed, in parts or in another file")
    # Keras reads those of a dataset, and they can be of any size.
    if len(item.attrs):
        raise InputError(f"{shown(name)} has attributes, which no weights have")
    num_bytes = item.size * item.dtype.itemsize
    if item.id.get_storage_size() < num_bytes:
        raise InputError(f"{shown(name)} has not all the values that it declares")
    return num_bytes


def without_optimizer(datasets):
    """Of what `survey` found in a weight file, the network's part."""
    return {name: item for name, item in datasets.items() if not name.startswith("optimizer/")}


def is_finite(dataset):
    """Whether all values of a dataset are finite as float32, what a model holds them in."""
    with np.errstate(over="ignore"):
        return bool(np.isfinite(dataset[()].astype(np.float32)).all())
