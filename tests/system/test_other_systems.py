"""Nothing needs modules that only Unix has."""

import ast
import subprocess
import sys

import pytest

from tests.conftest import PROJECT

UNIX_ONLY = {"fcntl", "grp", "pwd", "resource", "termios"}

# Other libraries have ways of their own around them, so these come first.
IMPORT_ALL = """
import importlib, pkgutil, sys
import keras, matplotlib.pyplot, tensorflow, tensorflow_datasets
for name in ("fcntl", "resource"):
    sys.modules[name] = None
import tfdeblur
names = [module.name for module in pkgutil.walk_packages(tfdeblur.__path__, "tfdeblur.")]
for name in names:
    if name != "tfdeblur.__main__":
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name not in EXTRAS:
                raise
print(len(names))
"""
EXTRAS = {"ai_edge_litert", "apache_beam", "av", "gradio", "onnxruntime", "openvino", "tf2onnx"}


def test_every_module_is_imported_without_them():
    done = subprocess.run(
        [sys.executable, "-c", f"EXTRAS = {EXTRAS}\n{IMPORT_ALL}"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100


@pytest.mark.parametrize("folder", ["tfdeblur", "tfds_builders", "tools", "tests"])
def test_no_module_imports_them(folder):
    found = [
        f"{path}: {name}"
        for path in (PROJECT / folder).rglob("*.py")
        for name in imported(path) & UNIX_ONLY
    ]
    assert found == []


def imported(path):
    """Top-level names of the modules that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module.partition(".")[0])
    return names
