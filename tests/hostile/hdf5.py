""".weights.h5 files that reach for other files, declare what is not there, or do not fit."""

import json

import h5py
import keras
import numpy as np

_KERNEL_SHAPE = (3, 3, 3, 4)


def hostile_hdf5(valid, secret):
    """Name -> function that makes a file at a path hostile.

    Args:
      valid: bytes of a weight file, which is what the functions find at the path.
      secret: path of another HDF5 file with a dataset "kernel" of a shape that fits, which
        must not be read.
    """
    return {
        "soft link out": _replacing(_linked),
        "external link": _replacing(_relinked(h5py.ExternalLink(str(secret), "/kernel"))),
        "soft link to itself": _replacing(_looped),
        "group within itself": _edited(_cycle),
        "external storage": _replacing(_external(secret)),
        "virtual dataset": _replacing(_virtual(secret)),
        "object attribute": _edited(_pickle_attribute),
        "attribute of 7,000 numbers": _edited(_huge_attribute),
        "attribute of 100,000 brackets": _edited(_deep_attribute),
        "attribute with control codes": _edited(_escaping_attribute),
        "terabytes that are not there": _replacing(_declared((2**40,))),
        "a gigabyte of zeros, compressed": _replacing(_compressed),
        "a gigabyte of zeros, not allocated": _replacing(_declared((2**28,))),
        "text for a kernel": _replacing(_valued(np.array(b"kernel"))),
        "objects for a kernel": _replacing(_varied),
        "NaN": _changed(np.nan),
        "infinity": _changed(np.inf),
        "infinite as float32": _replacing(_overflowing),
        "integers beyond float32": _replacing(_valued(np.full(_KERNEL_SHAPE, 2**60))),
        "other shape, as many values": _replacing(_valued(np.zeros((4, 3, 3, 3), np.float32))),
        "other shape": _replacing(_valued(np.zeros((2, 2), np.float32))),
        "kernel missing": _replacing(_nothing),
        "kernel under another name": _renamed,
        "an extra dataset": _edited(_extra),
        "10,000 nested groups": _edited(_deep),
        "another model's": _edited(_other_model),
        "half of it": lambda path: path.write_bytes(valid[: len(valid) // 2]),
        "no byte of it": lambda path: path.write_bytes(b""),
    }


def first_kernel(file):
    """(group, key) of the kernel of the convolution that sees the image."""
    found = []

    def visit(_, item):
        if isinstance(item, h5py.Dataset) and item.shape == _KERNEL_SHAPE:
            found.append((item.parent, item.name.split("/")[-1]))

    file.visititems(visit)
    return found[0]


def write_lambda_model(path, canary):
    """A .keras file whose Lambda layer makes the file `canary` when it is loaded or called."""
    code = f"open({str(canary)!r}, 'w')"

    def attack(images):
        exec(code)
        return images

    inputs = keras.Input((8, 8, 3))
    outputs = keras.layers.Lambda(attack, output_shape=(8, 8, 3))(inputs)
    canary.unlink(missing_ok=True)
    keras.Model(inputs, outputs).save(path)
    canary.unlink(missing_ok=True)


def _edited(edit):
    def make(path):
        with h5py.File(path, "a") as file:
            edit(file)

    return make


def _replacing(put):
    """Makes the first kernel what `put(group, key)` puts in its place."""

    def edit(file):
        group, key = first_kernel(file)
        del group[key]
        put(group, key)

    return _edited(edit)


def _nothing(group, key):
    """Leaves the kernel out."""


def _linked(group, key):
    group.file["elsewhere"] = np.zeros(_KERNEL_SHAPE, np.float32)
    group[key] = h5py.SoftLink("/elsewhere")


def _relinked(link):
    def put(group, key):
        group[key] = link

    return put


def _cycle(file):
    group = file.create_group("again")
    group["again"] = group


def _looped(group, key):
    group[key] = h5py.SoftLink(f"{group.name}/{key}")


def _valued(value):
    def put(group, key):
        group[key] = value

    return put


def _declared(shape):
    def put(group, key):
        group.create_dataset(key, shape, np.float32)

    return put


def _compressed(group, key):
    group.create_dataset(key, (2**28,), np.float32, chunks=(2**20,), compression="gzip")
    group[key][:] = 0


def _external(secret):
    def put(group, key):
        group.create_dataset(key, _KERNEL_SHAPE, np.float32, external=[(str(secret), 0, 432)])

    return put


def _virtual(secret):
    def put(group, key):
        layout = h5py.VirtualLayout(_KERNEL_SHAPE, np.float32)
        layout[...] = h5py.VirtualSource(str(secret), "kernel", _KERNEL_SHAPE)
        group.create_virtual_dataset(key, layout)

    return put


def _varied(group, key):
    dataset = group.create_dataset(key, (108,), h5py.vlen_dtype(np.float32))
    dataset[0] = np.zeros(3, np.float32)


def _overflowing(group, key):
    group[key] = np.full(_KERNEL_SHAPE, 1e300)


def _changed(value):
    def edit(file):
        group, key = first_kernel(file)
        group[key][0, 0, 0, 0] = value

    return _edited(edit)


def _renamed(path):
    def edit(file):
        group, _ = first_kernel(file)
        group.parent.move("vars", "bars")

    _edited(edit)(path)


def _pickle_attribute(file):
    file.attrs["tfdeblur_model"] = np.void(b"cposix\nsystem\n(S'true'\ntR.")


def _huge_attribute(file):
    del file.attrs["tfdeblur_model"]
    space, kind = h5py.h5s.create_simple((7000,)), h5py.h5t.NATIVE_DOUBLE
    h5py.h5a.create(file.id, b"tfdeblur_model", kind, space)


def _deep_attribute(file):
    file.attrs["tfdeblur_model"] = "[" * 30_000


def _escaping_attribute(file):
    file.attrs["tfdeblur_model"] = json.dumps({"class": "\x1b[2J\nlines", "\r": "\x1b]0;x\x07"})


def _extra(file):
    file["more"] = np.zeros(3, np.float32)


def _deep(file):
    group = file
    for _ in range(10_000):
        group = group.create_group("a")


def _other_model(file):
    file.attrs["tfdeblur_model"] = json.dumps({"class": "DMPHN", "levels": [1, 2, 4]})
