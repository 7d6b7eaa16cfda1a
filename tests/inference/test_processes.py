"""Copies of a `Deblurrer`, in this process and in others."""

import copy
import multiprocessing
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

from tests.conftest import PROJECT
from tests.inference.fake_runtimes import PerPixel
from tests.support.networks import network
from tfdeblur import Deblurrer
from tfdeblur.errors import InputError
from tfdeblur.exporting.saved_model import export_saved_model
from tfdeblur.inference.runtimes.saved_model import SavedModelRuntime

pytestmark = pytest.mark.slow

IMAGE = np.random.default_rng(0).integers(0, 256, (9, 13, 3), np.uint8)


def pickled(deblurrer):
    return pickle.loads(pickle.dumps(deblurrer))


@pytest.mark.parametrize("copied", [pickled, copy.copy, copy.deepcopy])
def test_a_copy_restores_as_the_original_does(copied):
    stack = network("stack")
    original = Deblurrer(stack, depth=1, ensemble=2, tile=128, jit_compile=False)
    expected = original(IMAGE)
    other = copied(original)
    assert (other.settings, other.depth, other.num_units) == (original.settings, 1, 2)
    np.testing.assert_array_equal(other(IMAGE), expected)
    # A shallow copy is the same network, of which one call at a time has the processors.
    assert (other.model is stack) == (other._turn is original._turn) == (copied is copy.copy)


def test_networks_that_compile_and_those_of_other_engines_are_copied(tmp_path):
    pytest.importorskip("onnxruntime")
    pytest.importorskip("tf2onnx")
    model = network("dmphn")
    export_saved_model(model, tmp_path / "saved")
    for original in (
        Deblurrer(model, jit_compile=True, bucket=4),
        Deblurrer(model, engine="onnxruntime"),
        Deblurrer(SavedModelRuntime(tmp_path / "saved")),
        Deblurrer(PerPixel()),
    ):
        expected = original(IMAGE)
        np.testing.assert_allclose(pickled(original)(IMAGE).astype(int), expected, atol=1)


_SPAWNING = """
import multiprocessing
import sys
import numpy as np
from tfdeblur import Deblurrer

if __name__ == "__main__":
    deblurrer = Deblurrer("dmsn_2_light")
    image = np.random.default_rng(0).integers(0, 256, (9, 13, 3), np.uint8)
    expected = deblurrer(image)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        [restored] = pool.map(deblurrer, [image])
    np.testing.assert_array_equal(restored, expected)
"""


def test_a_spawned_process_restores(tmp_path):
    (tmp_path / "spawning.py").write_text(_SPAWNING)
    finished = subprocess.run(
        [sys.executable, "spawning.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning", "ignore:.*fork:RuntimeWarning")
def test_a_forked_process_is_told_to_be_spawned():
    deblurrer = Deblurrer(PerPixel())
    receiver, sender = multiprocessing.Pipe(duplex=False)
    child = os.fork()
    if child == 0:
        try:
            for use in (deblurrer, lambda image: deblurrer.restore(image[None])):
                try:
                    use(IMAGE)
                except InputError as error:
                    sender.send(str(error))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    for _ in range(2):
        assert receiver.poll(1)
        assert 'start method "spawn"' in receiver.recv()
