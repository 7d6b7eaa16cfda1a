"""Runs what is installed once, from the current folder: every app, a photo, a quick start.

For an environment that holds the wheel and its dependencies and nothing else; it
finds what only a development environment brings. Prints what it did.
"""

import importlib
import pkgutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

import tfdeblur
from tfdeblur.cli import APPS
from tfdeblur.weights.files import save_weights

# Only the extra `demo` installs them; `tfdeblur demo` says so.
_OF_EXTRAS = ("starlette", "uvicorn")


def main():
    """Raises when anything does not work."""
    modules = [module.name for module in pkgutil.walk_packages(tfdeblur.__path__, "tfdeblur.")]
    for name in modules:
        if not name.endswith("__main__"):
            _import(name)
    for name in APPS:
        _run(name, "--help")
    with tempfile.TemporaryDirectory() as folder:
        save_weights(tfdeblur.build_model("dmphn_1"), Path(folder) / "one.weights.h5")
        Image.new("RGB", (33, 21), "gray").save(Path(folder) / "photo.png")
        flags = ["--model=dmphn_1", f"--weights={folder}/one.weights.h5", f"--output={folder}/out"]
        _run("deblur", *flags, f"{folder}/photo.png")
        _run("deblur", f"--output={folder}/ours", f"{folder}/photo.png")
        for output in ("out", "ours"):
            with Image.open(f"{folder}/{output}/photo.png") as restored:
                assert restored.size == (33, 21)
        _quick_start(Path(folder))
    what = f"{len(modules)} modules, {len(APPS)} apps, a photo and a quick start"
    print(f"{tfdeblur.__file__}: {what}: all work")


def _import(name):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name not in _OF_EXTRAS:
            raise


def _quick_start(folder):
    """The quick start as far as two steps, with the preparation of its dataset."""
    _run(
        "train",
        "--gin_file=runs/quickstart.gin",
        f"--workdir={folder}/quickstart",
        "--gin_param=STEPS=2",
        f"--gin_param=data.tfds_pairs.data_dir='{folder}/datasets'",
        "--gin_param=ReportSettings.evaluate_at_end=False",
    )
    assert (folder / "quickstart" / "model.weights.h5").is_file()


def _run(*arguments):
    command = [sys.executable, "-m", "tfdeblur", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
