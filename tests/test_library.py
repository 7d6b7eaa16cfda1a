"""What `import tfdeblur` gives: names, nothing slow, and classes that Keras knows."""

import subprocess
import sys

import numpy as np
import pytest

import tfdeblur
from tests.conftest import PROJECT
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


# Importing TensorFlow takes longest and imports neither Keras nor this package, so it is done once.
_EACH_IN_A_PROCESS_OF_ITS_OWN = """
import os
import sys
import numpy as np
import tensorflow
assert not {"keras", "tfdeblur"} & set(sys.modules)

def in_another_process(first, check):
    child = os.fork()
    if child == 0:
        try:
            exec(first)
            check()
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        sys.exit(f"failed after: {first}")
"""

_EVALUATE = """
def evaluate_is_the_function():
    import tfdeblur
    function = tfdeblur.evaluate
    from tfdeblur.evaluation import evaluate
    import tfdeblur.evaluate
    from tfdeblur import cli
    assert tfdeblur.evaluate is function is evaluate is tfdeblur.evaluation.evaluate
    assert cli.main(["evaluate", "--help"]) == 0

in_another_process("import tfdeblur", evaluate_is_the_function)
in_another_process("import tfdeblur.evaluate", evaluate_is_the_function)
"""


def test_evaluate_is_the_function_whether_or_not_the_app_was_imported():
    run_python(_EACH_IN_A_PROCESS_OF_ITS_OWN + _EVALUATE)


_LOAD = """
def keras_loads_a_network():
    import keras
    import tfdeblur
    model = keras.saving.load_model(sys.argv[1])
    assert type(model) is tfdeblur.models.DMPHN
    total = float(np.sum(model(np.full((1, 8, 8, 3), 0.25, np.float32))[-1]))
    assert abs(total - float(sys.argv[2])) < 1e-3, total

in_another_process("import tfdeblur", keras_loads_a_network)
in_another_process("import keras", keras_loads_a_network)
# Networks are, or are made of, these, which are half imported when Keras is.
in_another_process("import tfdeblur.models.dmphn", keras_loads_a_network)
in_another_process("import tfdeblur.ops.padding", keras_loads_a_network)
in_another_process("import tfdeblur.layers", keras_loads_a_network)
in_another_process("import tfdeblur.losses.charbonnier", keras_loads_a_network)
in_another_process("import tfdeblur.metrics", keras_loads_a_network)
"""


def test_keras_loads_files_whatever_is_imported_first(tmp_path):
    model = DMPHN((1,), filters=(4, 4, 4), blocks_per_stage=1)
    total = float(np.sum(model(np.full((1, 8, 8, 3), 0.25, np.float32))[-1]))
    model.save(tmp_path / "m.keras")
    run_python(_EACH_IN_A_PROCESS_OF_ITS_OWN + _LOAD, tmp_path / "m.keras", total)


def test_every_name_is_there():
    missing = [name for name in tfdeblur.__all__ if not hasattr(tfdeblur, name)]
    assert missing == []
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = tfdeblur.nothing
