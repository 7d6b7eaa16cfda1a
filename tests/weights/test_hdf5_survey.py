"""HDF5 files that hold what Keras never writes, and that no value is read of."""

import h5py
import numpy as np
import pytest

from tfdeblur.errors import InputError
from tfdeblur.weights.hdf5_survey import is_finite, survey


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["layers/one/vars/0"] = np.ones((2, 3), np.float32)
        file["layers/one/vars/1"] = np.int64(3)
        file.create_group("empty").attrs["name"] = "group"
    return path


def test_datasets_by_name(path):
    with h5py.File(path) as file:
        found = survey(file)
        assert {name: item.shape for name, item in found.items()} == {
            "layers/one/vars/0": (2, 3),
            "layers/one/vars/1": (),
        }


def _soft(file):
    file["link"] = h5py.SoftLink("/layers/one/vars/0")


def _loop(file):
    file["link"] = h5py.SoftLink("/link")


def _external_link(file):
    file["link"] = h5py.ExternalLink("other.h5", "/secret")


def _cycle(file):
    file["layers/again"] = file["layers"]


def _hard(file):
    file["again"] = file["layers/one/vars/0"]


def _external(file):
    file.create_dataset("raw", (4,), np.float32, external=[("/etc/hostname", 0, 16)])


def _virtual(file):
    layout = h5py.VirtualLayout((2,), np.float32)
    layout[:] = h5py.VirtualSource("other.h5", "secret", (2,))
    file.create_virtual_dataset("virtual", layout)


def _compressed(file):
    file.create_dataset("zeros", (2**20,), np.float32, compression="gzip")


def _not_there(file):
    file.create_dataset("declared", (2**40,), np.float32)


def _text(file):
    file["text"] = "kernel"


def _type(file):
    file["type"] = np.dtype("f4")


def _attribute(file):
    file["layers/one/vars/0"].attrs["dtype"] = "bfloat16"


def _deep(file):
    file.create_group("a/" * 40 + "b")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (_soft, "is a link"),
        (_loop, "is a link"),
        (_external_link, "is a link"),
        (_cycle, "another name"),
        (_hard, "another name"),
        (_external, "in another file"),
        (_virtual, "in parts"),
        (_compressed, "compressed"),
        (_not_there, "not all the values"),
        (_text, "no numbers"),
        (_type, "no numbers"),
        (_attribute, "has attributes"),
        (_deep, "deeper"),
    ],
)
def test_what_keras_does_not_write_is_refused(path, edit, message):
    with h5py.File(path, "a") as file:
        edit(file)
    with h5py.File(path) as file, pytest.raises(InputError, match=message):
        survey(file)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1.0, True), (np.nan, False), (np.inf, False), (np.float64(1e300), False)],
)
def test_finite_is_what_float32_can_hold(tmp_path, value, expected):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = [value, 0]
        assert is_finite(file["x"]) is expected
