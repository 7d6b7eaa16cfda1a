"""Other ways to a builder than the installed package, each in a process of its own."""

import json

import pytest

from tests.conftest import PROJECT
from tests.support.commands import run_python

pytestmark = pytest.mark.slow

BUILDERS = ["gao2019", "gopro", "su2017"]


def test_from_a_checkout_and_without_the_networks(tmp_path):
    script = (
        # It would import the networks as soon as TensorFlow brings Keras along.
        "import sys, tfdeblur\n"
        "sys.meta_path[:] = [f for f in sys.meta_path if 'tfdeblur' not in type(f).__module__]\n"
        "import tensorflow_datasets as tfds\n"
        f"import {', '.join(f'tfds_builders.{name}' for name in BUILDERS)}\n"
        f"for name in {BUILDERS}:\n"
        f"    builder = tfds.builder(name, data_dir={str(tmp_path)!r})\n"
        "    print(builder.name, len(builder.frames()['train']), bool(builder.info.citation))\n"
        "loaded = [m for m in sys.modules if m.startswith('tfdeblur.')]\n"
        "print(*sorted({m.split('.')[1] for m in loaded}))\n"
    )
    assert run_python("-c", script, cwd=PROJECT).stdout.splitlines() == [
        "gao2019 5290 True",
        "gopro 2103 True",
        "su2017 5708 True",
        "builders data errors images keras_registration system",
    ]


def test_tfds_build_in_the_folder_of_a_builder(tmp_path):
    for module in ("apache_beam", "mlcroissant"):
        pytest.importorskip(module, reason="`tfds build` needs the extra `tfds_build`")
    folder = PROJECT / "tfds_builders" / "gopro"
    run_python(
        *("-m", "tensorflow_datasets.scripts.cli.main", "build"),
        *("--data_dir", tmp_path, "--manual_dir", folder / "dummy_data"),
        *("--config", json.dumps({"name": "few", "allow_partial": True})),
        cwd=folder,
    )
    info = json.loads((tmp_path / "gopro" / "few" / "1.0.0" / "metadata.json").read_text())
    assert info["partial"] is True
    assert info["num_pairs"] == {"test": 1, "train": 2}
