"""The Python snippet of the README's section on export runs as it stands there."""

import re

import numpy as np
import pytest
from PIL import Image

from tests.conftest import PROJECT
from tests.exporting.small import in_8_bits
from tests.support.networks import network
from tfdeblur.exporting.litert import export_litert
from tfdeblur.exporting.onnx import export_onnx


@pytest.mark.slow
def test_the_snippet_restores_a_photo(tmp_path, monkeypatch, rng):
    pytest.importorskip("tf2onnx")
    pytest.importorskip("ai_edge_litert")
    section = (PROJECT / "README.md").read_text().split("\n## Export\n")[1].split("\n## ")[0]
    [snippet] = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    model = network("dmphn")
    export_onnx(model, tmp_path / "dmphn.onnx", input_type="uint8")
    export_litert(model, tmp_path / "dmphn.tflite", input_type="uint8")
    Image.fromarray(rng.integers(0, 256, (33, 47, 3), np.uint8)).save(tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(compile(snippet, "README.md", "exec"), names)
    expected = in_8_bits(model, names["images"])
    for restored in (names["restored"], names["restored_by_litert"]):
        assert restored.shape == (1, 33, 47, 3)
        assert np.abs(restored - expected).max() <= 1
