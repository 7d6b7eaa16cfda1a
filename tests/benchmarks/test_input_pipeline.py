"""The benchmark of the input pipeline runs and counts; its speed is not tested."""

import json

import pytest

from tests.data.pairs import write_pairs
from tfdeblur import cli


def test_reports_three_ways_and_their_ratios(tmp_path, capsys):
    root = write_pairs(tmp_path, num_pairs=4)
    flags = ["--what=input", f"--pairs={root}", "--crop_size=16", "--batch_size=2", "--rounds=1"]
    assert cli.run_app("benchmark", flags) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    ours = result["ours"]["crops_per_core_second"]
    for other in ("tf_data", "worker"):
        expected = ours / result[other]["crops_per_core_second"]
        assert result[f"ratio_to_{other}"] == pytest.approx(expected)
    assert result["crops_per_pair"] == 16
