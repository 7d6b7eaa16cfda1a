"""Programs in processes of their own, which import this checkout from wherever they run."""

import json
import os
import subprocess
import sys

from tests.conftest import PROJECT

# Far above what any of them takes, so that a test ends when a process never would.
TIMEOUT_S = 900


def environment(**more):
    """The environment variables of such a process."""
    return {**os.environ, "PYTHONPATH": str(PROJECT), "TF_CPP_MIN_LOG_LEVEL": "3", **more}


def run_python(*arguments, cwd=None, status=0, **more):
    """Runs `python ARGUMENTS` to its end; a `subprocess.CompletedProcess` with text.

    It must end with `status`. What else is given by name are environment variables.
    """
    finished = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert finished.returncode == status, finished.stderr
    return finished


def on_jax(function, *arguments):
    """What a public function of a module returns on the JAX backend; all of it as JSON."""
    code = (
        "import json, sys, keras\n"
        "assert keras.backend.backend() == 'jax'\n"
        f"from {function.__module__} import {function.__name__} as function\n"
        "print(json.dumps(function(*json.loads(sys.argv[1]))))\n"
    )
    given = json.dumps(arguments, default=str)
    finished = run_python("-c", code, given, KERAS_BACKEND="jax", JAX_PLATFORMS="cpu")
    return json.loads(finished.stdout.splitlines()[-1])
