"""PyTorch checkpoint files, written instruction by instruction: neither torch nor pickle is used.

What an instruction is, and its bytes, is in the standard library's `pickletools`.
"""

import dataclasses
import struct
import zipfile

import numpy as np

STORAGE_NAMES = {"<f8": "DoubleStorage", "<f4": "FloatStorage", "<f2": "HalfStorage"}


@dataclasses.dataclass(frozen=True)
class View:
    """A tensor as PyTorch saves it: a window on the flat array of a storage."""

    key: str
    storage: np.ndarray
    offset: int
    shape: tuple
    strides: tuple


def view(key, array):
    """The plain case: a contiguous tensor with a storage of its own."""
    strides = tuple(stride // array.itemsize for stride in np.ascontiguousarray(array).strides)
    return View(key, array.ravel(), 0, array.shape, strides)


def text(value):
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def integer(value):
    return b"\x8a\x08" + struct.pack("<q", value)  # LONG1


def sequence(*items):
    return b"(" + b"".join(items) + b"t"


def global_(module, name):
    return b"c" + f"{module}\n{name}\n".encode()


def reduce_(function, *arguments):
    return function + sequence(*arguments) + b"R"


def dictionary(entries, start=b"}"):
    return start + b"(" + b"".join(text(key) + value for key, value in entries.items()) + b"u"


def pickled(value):
    return b"\x80\x02" + value + b"."


def storage_id(tensor, num_elements=None, kind="storage", view_of=None):
    name = STORAGE_NAMES[tensor.storage.dtype.str]
    count = tensor.storage.size if num_elements is None else num_elements
    parts = [text(kind), global_("torch", name), text(tensor.key), text("cuda:0"), integer(count)]
    return sequence(*parts, *(view_of or ())) + b"Q"


def tensor_value(tensor, storage=None):
    return reduce_(
        global_("torch._utils", "_rebuild_tensor_v2"),
        storage_id(tensor) if storage is None else storage,
        integer(tensor.offset),
        sequence(*map(integer, tensor.shape)),
        sequence(*map(integer, tensor.strides)),
        b"\x89",  # requires_grad
        reduce_(global_("collections", "OrderedDict")),  # backward hooks
    )


def state_dict_value(tensors):
    values = {name: tensor_value(tensor) for name, tensor in tensors.items()}
    metadata = dictionary({"_metadata": reduce_(global_("collections", "OrderedDict"))})
    return (
        dictionary(values, start=reduce_(global_("collections", "OrderedDict"))) + metadata + b"b"
    )


def old_format(tensors, value=None, little_endian=True):
    """The bytes of a file of PyTorch before 1.6; `value` replaces the pickled state dict."""
    storages = {tensor.key: tensor.storage for tensor in tensors.values()}
    system = dictionary({"little_endian": b"\x88" if little_endian else b"\x89"})
    magic = b"\x8a\x0a" + (0x1950A86A20F9469CFC6C).to_bytes(10, "little")
    content = state_dict_value(tensors) if value is None else value
    keys = b"](" + b"".join(map(text, storages)) + b"e"
    data = b"".join(map(pickled, (magic, integer(1001), system, content, keys)))
    for storage in storages.values():
        data += struct.pack("<q", storage.size) + storage.tobytes()
    return data


def write_old_format(path, tensors, **options):
    path.write_bytes(old_format(tensors, **options))


def write_zip_format(path, tensors, value=None, byte_order="little", compression=0):
    with zipfile.ZipFile(path, "w", compression) as archive:
        content = state_dict_value(tensors) if value is None else value
        archive.writestr("archive/data.pkl", pickled(content))
        archive.writestr("archive/byteorder", byte_order)
        for tensor in tensors.values():
            if f"archive/data/{tensor.key}" not in archive.namelist():
                archive.writestr(f"archive/data/{tensor.key}", tensor.storage.tobytes())


def write_release(folder, arrays):
    """A folder as the DMPHN release has it; `arrays`: "FILE:TENSOR" -> array in PyTorch layout."""
    files: dict[str, dict] = {}
    for name, array in arrays.items():
        file_name, tensor_name = name.split(":")
        files.setdefault(file_name, {})[tensor_name] = array
    folder.mkdir(exist_ok=True)
    for file_name, tensors in files.items():
        views = {name: view(str(i), array) for i, (name, array) in enumerate(tensors.items())}
        write_old_format(folder / file_name, views)
