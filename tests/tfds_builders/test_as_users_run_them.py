"""Other ways to a builder than the installed package, each in a process of its own."""

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import PROJECT

BUILDERS = ["gao2019", "gopro", "su2017"]


def run(*arguments, cwd):
    """Runs Python in the folder `cwd` with this checkout importable, and gives its output."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_from_a_checkout_and_without_the_networks(tmp_path):
    script = (
        "import sys, tensorflow_datasets as tfds\n"
        f"import {', '.join(f'tfds_builders.{name}' for name in BUILDERS)}\n"
        f"for name in {BUILDERS}:\n"
        f"    builder = tfds.builder(name, data_dir={str(tmp_path)!r})\n"
        "    print(builder.name, len(builder.frames()['train']), bool(builder.info.citation))\n"
        "loaded = [m for m in sys.modules if m.startswith('tfdeblur.')]\n"
        "print({m.split('.')[1] for m in loaded} <= "
        "{'builders', 'errors', 'images', 'system'})\n"
    )
    output = run("-c", script, cwd=PROJECT)
    assert output.split("\n")[:4] == [
        "gao2019 5290 True",
        "gopro 2103 True",
        "su2017 5708 True",
        "True",
    ]


def test_tfds_build_in_the_folder_of_a_builder(tmp_path):
    for module in ("apache_beam", "mlcroissant"):
        pytest.importorskip(module, reason="`tfds build` needs the extra `tfds_build`")
    folder = PROJECT / "tfds_builders" / "gopro"
    run(
        *("-m", "tensorflow_datasets.scripts.cli.main", "build"),
        *("--data_dir", tmp_path, "--manual_dir", folder / "dummy_data"),
        *("--config", json.dumps({"name": "few", "allow_partial": True})),
        cwd=folder,
    )
    info = json.loads((tmp_path / "gopro" / "few" / "1.0.0" / "metadata.json").read_text())
    assert info["partial"] is True
    assert info["num_pairs"] == {"test": 1, "train": 2}
