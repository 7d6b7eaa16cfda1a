"""The table of networks and engines; no speed is tested."""

import importlib.util

import pytest

from tests.conftest import PROJECT
from tests.support.commands import run_python

pytestmark = pytest.mark.slow

ENGINES = ("tensorflow", "onnxruntime", "openvino")


@pytest.mark.skipif(
    not all(map(importlib.util.find_spec, ("onnxruntime", "openvino", "tf2onnx"))),
    reason="needs the extras onnx and openvino",
)
def test_one_command_prints_the_table():
    flags = [f"--engines={','.join(ENGINES)}", "--height=17", "--width=24"]
    finished = run_python("tools/benchmark_networks.py", *flags, "dmphn_1", cwd=PROJECT)
    title, blank, *table = finished.stdout.splitlines()
    assert (title[:5], blank) == ("24x17", "")
    head, rule, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table]
    assert {len(row) for row in (head, rule, *rows)} == {8}
    assert [row[:2] for row in rows] == [["dmphn_1", engine] for engine in ENGINES]
    columns = [dict(zip(head, row, strict=True)) for row in rows]
    by_engine = {row["engine"]: row for row in columns}
    assert by_engine["onnxruntime"]["/ onnxruntime"] == "1.00"
    for row in columns:
        assert 0 < float(row["held before MB"]) <= float(row["peak MB"])
    # TensorFlow alone holds more than that, so the others run without it.
    assert float(by_engine["tensorflow"]["peak MB"]) > 300
    assert all(float(by_engine[engine]["peak MB"]) < 300 for engine in ENGINES[1:])
