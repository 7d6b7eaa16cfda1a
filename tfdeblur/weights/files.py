"""Weight files of the project: `.weights.h5` that remember which model they belong to."""

import contextlib
import hashlib
import json
import math
import os
import warnings
from pathlib import Path

import h5py
import keras
import numpy as np

from tfdeblur.errors import InputError, shown
from tfdeblur.models.architecture import architecture_of, described, is_of, num_parameters
from tfdeblur.models.presets import unbuilt_network
from tfdeblur.system.atomic_write import atomic_write
from tfdeblur.weights.hdf5_survey import is_finite, survey, without_optimizer
from tfdeblur.weights.paths import check_weights_exist, check_weights_path

# Beside its values; 900 to 2,600 were measured.
_HDF5_BYTES_PER_VARIABLE = 3000

_MODEL_ATTRIBUTE = "tfdeblur_model"
# In characters; that of a stack has 300.
_LONGEST_ARCHITECTURE = 4096


def save_weights(model, path, with_optimizer=False):
    """Writes the weights of `model` to `path`, whole or not at all.

    The file can be read by plain `keras.Model.load_weights`; an attribute more
    tells the model's class and arguments.

    Args:
      model: a built model.
      path: of a `.weights.h5` file.
      with_optimizer: whether to add the state of a compiled model's optimizer, which
        Keras reads back into a compiled model and passes over in another.
    """
    path = Path(path)
    check_weights_path(path)
    with atomic_write(path) as unfinished:
        _check_room(model, unfinished, with_optimizer)
        with contextlib.nullcontext() if with_optimizer else _without_optimizer(model):
            model.save_weights(unfinished)
        with h5py.File(unfinished, "a") as file:
            file.attrs[_MODEL_ATTRIBUTE] = json.dumps(architecture_of(model))


def _check_room(model, path, with_optimizer):
    variables = [*model.variables, *(model.optimizer.variables if with_optimizer else ())]
    check_room(path, sum(4 * math.prod(variable.shape) for variable in variables), len(variables))


def check_room(path, num_bytes, num_variables):
    """Raises OSError where an HDF5 file would not fit: HDF5 ends the process on a full disk.

    Args:
      path: of the file to be written, which is made with this size.
      num_bytes: of all values together.
      num_variables: that the values are of.
    """
    num_bytes += num_variables * _HDF5_BYTES_PER_VARIABLE
    if hasattr(os, "posix_fallocate"):
        with path.open("wb") as file:
            try:
                os.posix_fallocate(file.fileno(), 0, num_bytes)
            except OSError as error:
                said = f"{error.strerror}, {num_bytes / 1e6:.1f} MB are needed"
                raise OSError(error.errno, said, str(path)) from error


@contextlib.contextmanager
def _without_optimizer(model):
    # Keras saves whatever it finds in the model's attributes.
    optimizer, model.optimizer = getattr(model, "optimizer", None), None
    try:
        yield
    finally:
        model.optimizer = optimizer


def load_model(path, depth=None):
    """The network that a `.weights.h5` file says it is of, built, with the weights of the file.

    Nothing but a network of `tfdeblur.models` can be made so, and none that is larger than the
    file: files go from hand to hand.

    Args:
      path: of a file that `save_weights` wrote, as training and `tfdeblur convert` do.
      depth: for stacks, how many units to build and read; None is all.

    Raises:
      InputError: for a file that does not say its network, as those that Keras alone wrote,
        one that is of no network of ours, and as `load_weights`.
    """
    path = Path(path)
    with _opened(path) as file:
        architecture = _stored_architecture(file)
        num_values = sum(item.size for item in without_optimizer(_surveyed(path, file)).values())
    if architecture is None:
        raise InputError(f"{path}: does not say which network it is of; name the network as well.")
    try:
        needed = num_parameters(lambda: unbuilt_network(architecture, depth))
        if needed > num_values:
            raise InputError(
                f"says it is of {described(architecture)}, which has {needed:,} parameters, and "
                f"holds {num_values:,}; the file is damaged, or no weight file."
            )
        model = unbuilt_network(architecture, depth)
        model.build((None, None, None, 3))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    load_weights(model, path)
    return model


def load_weights(model, path):
    """Fills the built `model` from a `.weights.h5` file.

    Raises:
      InputError: when the file is missing, no weight file, of another model, or
        holds NaN, infinity or what no weight file needs. The model is left as it was.
    """
    path = Path(path)
    with _opened(path) as file:
        _check_content(model, path, file)
    with _all_or_nothing(model), warnings.catch_warnings():
        # A layer that has no values in the file would keep those it has.
        warnings.filterwarnings("error", "Skipping nested container", UserWarning)
        try:
            model.load_weights(path)
        except Exception as error:  # Keras raises many kinds for files of other models
            raise InputError(
                f"{path}: these are not weights of {described(architecture_of(model))}: "
                f"{shown(' '.join(str(error).split()), limit=200)}"
            ) from error


@contextlib.contextmanager
def _opened(path):
    """A weight file, open; whatever HDF5 raises in the context means that it is damaged."""
    check_weights_exist(path)
    try:
        with h5py.File(path, "r") as file:
            yield file
    except InputError:
        raise
    except Exception:  # HDF5 has many ways to say that a file is damaged
        raise InputError(
            f"{path}: expected a Keras weight file (HDF5); the file is something else or damaged."
        ) from None


def _surveyed(path, file):
    try:
        return survey(file)
    except InputError as error:
        raise InputError(
            f"{path}: {error}; expected a weight file as `tfdeblur convert` and Keras write it."
        ) from None


@contextlib.contextmanager
def _all_or_nothing(model):
    """Gives variables the values back that they had, when an exception leaves the context.

    Keras assigns layer by layer and finds out as it goes what does not fit.
    """
    optimizer = getattr(model, "optimizer", None)
    variables = [*model.variables, *(optimizer.variables if optimizer else ())]
    before = [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]
    try:
        yield
    except BaseException:
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)
        raise


def _check_content(model, path, file):
    datasets = _surveyed(path, file)
    stored = _stored_architecture(file)
    wanted = architecture_of(model)
    if stored is not None and not is_of(stored, wanted):
        raise InputError(
            f"{path}: received weights of {described(stored)}; expected weights of "
            f"{described(wanted)}. Choose the matching model or file."
        )
    # Keras takes what it finds by name and says nothing of what it leaves. A stack that is
    # built only up to some depth leaves the rest of its file on purpose.
    weights = without_optimizer(datasets)
    num_values = sum(item.size for item in weights.values())
    is_partial = model.depth < model.num_units
    if num_values != model.count_params() and not (is_partial and stored is not None):
        raise InputError(
            f"{path}: received weights of {num_values:,} parameters; expected the "
            f"{model.count_params():,} of {described(wanted)}. Choose the matching model or file."
        )
    for name, item in weights.items():
        if item.dtype.kind != "f":
            raise InputError(f"{path}: {shown(name)} is of type {item.dtype}; expected floats.")
        if item.size > model.count_params():
            raise InputError(f"{path}: {shown(name)} is larger than all of {described(wanted)}.")
        if not is_finite(item):
            raise InputError(f"{path}: {shown(name)} holds NaN or infinity; the file is unusable.")


def _stored_architecture(file):
    """What the file says of its network, which may be anything; None where it says nothing."""
    if _MODEL_ATTRIBUTE not in file.attrs:
        return None
    attribute = file.attrs.get_id(_MODEL_ATTRIBUTE)
    # Others can declare any size, which reading them would take.
    if attribute.shape != () or h5py.check_string_dtype(attribute.dtype) is None:
        return "no text"
    stored = file.attrs[_MODEL_ATTRIBUTE]
    if len(stored) > _LONGEST_ARCHITECTURE:
        return stored
    try:
        return json.loads(stored)
    except (TypeError, ValueError, RecursionError):
        return stored


def weights_sha256(model: keras.Model) -> str:
    """Computes the SHA-256 of the values of all weights, in the model's order.

    Of shapes and float32 values, not of a file: the same weights give the same sum
    wherever they are, in memory, in a file of any format, or in a stack built only
    up to the depth that is used (then of the units there are).
    """
    digest = hashlib.sha256()
    for variable in model.weights:
        values = keras.ops.convert_to_numpy(keras.ops.cast(variable, "float32"))
        digest.update(f"{values.shape}".encode())
        digest.update(np.ascontiguousarray(values, "<f4").tobytes())
    return digest.hexdigest()
