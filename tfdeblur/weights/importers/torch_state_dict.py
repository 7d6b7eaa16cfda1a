"""PyTorch state dicts without PyTorch and without running a pickle's code.

A PyTorch file is a pickle, and a pickle is a program: loading one plainly runs
whatever its author put in. Here `safe_pickle` reads it as data. Every global it
asks for is looked up in a list of the few a state dict needs; any other is
refused by name. Tensors are rebuilt by our own function from raw bytes.

Both formats are read: the old one (several pickles followed by raw storages),
which the DMPHN release uses, and the zip archive PyTorch writes since 1.6.
"""

import dataclasses
import io
import math
import zipfile
from pathlib import Path

import numpy as np

from tfdeblur.errors import InputError, shown
from tfdeblur.weights.importers.safe_pickle import checked_dict, read_pickle

# Twice the largest file of a release, that of NAFNet with width 64.
_MOST_BYTES = 2**29
# Each takes hundreds of bytes when the archive is opened; a state dict has one for each tensor.
_MOST_ZIP_ENTRIES = 10_000

_OLD_FORMAT_MAGIC = 0x1950A86A20F9469CFC6C

_STORAGE_DTYPES = {
    "DoubleStorage": np.dtype("<f8"),
    "FloatStorage": np.dtype("<f4"),
    "HalfStorage": np.dtype("<f2"),
}


@dataclasses.dataclass(frozen=True)
class _Storage:
    key: str
    dtype: np.dtype
    num_elements: int


@dataclasses.dataclass(frozen=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple
    strides: tuple


def _rebuild_tensor(storage, offset, shape, strides, *_):
    numbers = (offset, *shape, *strides)
    if not isinstance(storage, _Storage) or not all(type(n) is int and n >= 0 for n in numbers):
        raise InputError("a tensor has an impossible storage, shape or stride")
    return _Tensor(storage, offset, tuple(shape), tuple(strides))


def _ordered_dict(items=()):
    return checked_dict(items)


_KNOWN_GLOBALS = {
    ("collections", "OrderedDict"): _ordered_dict,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    **{("torch", name): dtype for name, dtype in _STORAGE_DTYPES.items()},
}


def _storage(persistent_id):
    kind, dtype, key, _, num_elements, *view = persistent_id
    if kind != "storage" or not isinstance(dtype, np.dtype) or not isinstance(key, str):
        raise InputError("the pickle refers to something else than a float tensor storage")
    # Of other types it could take a lifetime to be shown.
    if type(num_elements) is not int:
        raise InputError("a storage has an impossible size")
    if any(part is not None for part in view):
        raise InputError("a storage is a view of another, as PyTorch before 0.4 saved them")
    return _Storage(key, dtype, num_elements)


def read_state_dict(path, key=None):
    """The tensors of a PyTorch state dict file.

    Args:
      path: a file written by `torch.save(module.state_dict(), path)`.
      key: of the state dict in a dict that was saved instead; None where it was saved itself.

    Returns:
      A dict from tensor name to float NumPy array, in PyTorch's own layout.

    Raises:
      InputError: when the file is no state dict, is damaged, or its pickle
        asks for anything a state dict does not need.
      OSError: when the file cannot be read.
    """
    path = Path(path)
    # Not a pipe or a device, which would never end.
    if path.exists() and not path.is_file():
        raise InputError(f"{path}: expected a PyTorch state dict; this is no regular file.")
    if path.stat().st_size > _MOST_BYTES:
        raise InputError(
            f"{path}: expected a PyTorch state dict of the release, of a few MB; received "
            f"{path.stat().st_size / 1e6:,.0f} MB."
        )
    data = path.read_bytes()
    try:
        if zipfile.is_zipfile(io.BytesIO(data)):
            content, storage_bytes = _read_zip_format(data, key)
        else:
            content, storage_bytes = _read_old_format(data, key)
        return _tensors(content, storage_bytes)
    except InputError as error:
        raise InputError(f"{path}: {error}.") from None
    except Exception as error:  # the parser's ways to fail on arbitrary bytes are many
        raise InputError(
            f"{path}: expected a PyTorch state dict, but reading it failed with "
            f"{type(error).__name__}: {shown(str(error))}. The file may be damaged or truncated."
        ) from None


def _read_old_format(data, key):
    file = io.BytesIO(data)
    if _load(file) != _OLD_FORMAT_MAGIC:
        raise InputError("expected a PyTorch state dict; the file does not begin like one")
    _load(file)  # protocol version
    system = _load(file)
    _check_byte_order(system.get("little_endian", True))
    content = _state_dict(_load(file), key)
    storages = {tensor.storage.key: tensor.storage for tensor in _tensor_entries(content)}
    storage_bytes = {}
    for number in _load(file):
        num_elements = int.from_bytes(file.read(8), "little")
        if not isinstance(number, str) or number not in storages:
            raise InputError("a storage belongs to no tensor")
        if num_elements != storages[number].num_elements:
            raise InputError(f"storage {shown(number)} has two different sizes")
        storage_bytes[number] = file.read(num_elements * storages[number].dtype.itemsize)
    return content, storage_bytes


def _read_zip_format(data, key):
    if data.count(b"PK\x01\x02") > _MOST_ZIP_ENTRIES:
        raise InputError("the archive has more entries than any state dict")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > len(data):
            raise InputError("expected the archive's entries uncompressed, as PyTorch stores them")
        [root] = {name.split("/")[0] for name in archive.namelist()}
        content = _state_dict(_load(io.BytesIO(archive.read(f"{root}/data.pkl"))), key)
        if f"{root}/byteorder" in archive.namelist():
            _check_byte_order(archive.read(f"{root}/byteorder") == b"little")
        numbers = {tensor.storage.key for tensor in _tensor_entries(content)}
        return content, {number: archive.read(f"{root}/data/{number}") for number in numbers}


def _check_byte_order(is_little_endian):
    if not is_little_endian:
        raise InputError("expected a state dict saved on a little-endian machine")


def _load(file):
    return read_pickle(file, _KNOWN_GLOBALS, _storage)


def _state_dict(content, key):
    if key is None:
        return content
    if not isinstance(content, dict) or key not in content:
        raise InputError(f"expected a dict with {key!r}, which holds the state dict")
    return content[key]


def _tensor_entries(content):
    if not isinstance(content, dict):
        raise InputError(f"expected a dict of tensors, received a {type(content).__name__}")
    for name, tensor in content.items():
        if not isinstance(tensor, _Tensor):
            raise InputError(
                f"expected tensors only, but {name[:100]!r} is a {type(tensor).__name__}; "
                "save the module's state_dict(), not a whole training state"
            )
    return content.values()


def _tensors(content, storage_bytes):
    return {name: _materialise(name, tensor, storage_bytes) for name, tensor in content.items()}


def _materialise(name, tensor, storage_bytes):
    name = name[:100]
    storage = tensor.storage
    flat = np.frombuffer(storage_bytes[storage.key], storage.dtype)
    if flat.size != storage.num_elements:
        raise InputError(
            f"{name!r} is truncated: {flat.size} of its {storage.num_elements} values are there"
        )
    if len(tensor.shape) != len(tensor.strides):
        raise InputError(f"{name!r} has a stride too many or too few")
    # Equal strides can let a tensor of any size repeat one stored value.
    if math.prod(tensor.shape) > flat.size:
        raise InputError(f"{name!r} has more values than its storage")
    if math.prod(tensor.shape) == 0:
        return np.zeros(tensor.shape, storage.dtype)
    last = tensor.offset + sum(
        (n - 1) * s for n, s in zip(tensor.shape, tensor.strides, strict=True)
    )
    if last >= flat.size:
        raise InputError(f"{name!r} reaches beyond the end of its storage")
    strides = [stride * flat.itemsize for stride in tensor.strides]
    return np.lib.stride_tricks.as_strided(flat[tensor.offset :], tensor.shape, strides).copy()
