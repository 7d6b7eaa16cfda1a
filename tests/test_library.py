"""What `import tfdeblur` gives: names, nothing slow, and classes that Keras knows."""

import importlib
import inspect
import subprocess
import sys

import pytest

import tfdeblur
from tests.conftest import PROJECT
from tfdeblur.evaluation import evaluate
from tfdeblur.models import DMPHN


def run_python(code, *arguments):
    finished = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_importing_it_waits_for_nothing_else():
    code = "import sys, tfdeblur; print(*sys.modules)"
    loaded = set(run_python(code).split())
    assert not {"keras", "tensorflow", "numpy", "cv2", "PIL", "gin", "absl"} & loaded


def test_evaluate_is_the_function_whether_or_not_the_app_was_imported(monkeypatch):
    assert tfdeblur.evaluate is evaluate
    monkeypatch.delitem(sys.modules, "tfdeblur.evaluate", raising=False)
    app = importlib.import_module("tfdeblur.evaluate")
    assert inspect.ismodule(app)
    assert tfdeblur.evaluate is tfdeblur.evaluation.evaluate is evaluate


# Keras on NumPy is imported without TensorFlow, and the libraries that both need only once.
_LOAD = """
import os
import sys
import h5py
import numpy

def keras_loads_a_network_after(first):
    child = os.fork()
    if child == 0:
        try:
            exec(first)
            import keras
            import tfdeblur
            model = keras.saving.load_model(sys.argv[1])
            assert type(model) is tfdeblur.models.DMPHN
            assert model.count_params() == int(sys.argv[2])
            assert "tensorflow" not in sys.modules
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        sys.exit(f"failed after {first}")

keras_loads_a_network_after("import tfdeblur")
keras_loads_a_network_after("import keras")
# Networks are, or are made of, these, which are half imported when Keras is.
keras_loads_a_network_after("import tfdeblur.models.dmphn")
keras_loads_a_network_after("import tfdeblur.ops.padding")
keras_loads_a_network_after("import tfdeblur.layers")
keras_loads_a_network_after("import tfdeblur.losses.charbonnier")
keras_loads_a_network_after("import tfdeblur.metrics")
"""


def test_keras_loads_files_whatever_is_imported_first(tmp_path, monkeypatch):
    model = DMPHN((1,), filters=(4, 4, 4), blocks_per_stage=1)
    model.build((None, None, None, 3))
    model.save(tmp_path / "m.keras")
    monkeypatch.setenv("KERAS_BACKEND", "numpy")
    run_python(_LOAD, tmp_path / "m.keras", model.count_params())


def test_every_name_is_there():
    missing = [name for name in tfdeblur.__all__ if not hasattr(tfdeblur, name)]
    assert missing == []
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = tfdeblur.nothing
