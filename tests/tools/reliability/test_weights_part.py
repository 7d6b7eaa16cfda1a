"""The part of the reliability report on weights, small."""

import pytest

from tools.reliability import weights_part
from tools.reliability.children import Outcome
from tools.reliability.damaged_weights import damaged

KINDS = ("checkpoints", "journals")
FORMATS = ("journal", "PyTorch state dict, zip")


def _in_this_process(function, items, **_):
    for item in items:
        yield Outcome(item, function(item), None, 0.1)


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    workspace = tmp_path_factory.mktemp("weights") / "workspace"
    with pytest.MonkeyPatch.context() as patch:
        # A child takes seconds to import TensorFlow.
        patch.setattr(weights_part, "in_child", _in_this_process)
        return weights_part.measure(workspace, num_damaged=15, kinds=KINDS, formats=FORMATS)


def test_all_hostile_files_are_refused(figures):
    hostile = figures["hostile"]
    assert figures["failures"] == []
    assert set(hostile["kinds"]) == {"TensorFlow checkpoint", "journal"}
    assert hostile["cases"] == hostile["refused"] > 30
    assert hostile["executed"] == hostile["wrote"] == 0


def test_damaged_files_are_counted_once_each(figures):
    assert set(figures["damaged"]) == set(FORMATS)
    for found in figures["damaged"].values():
        assert found["refused"] + found["equal"] + found["other"] == 15
        assert found["refused"] > 0


def test_the_section_names_every_format(figures):
    text = weights_part.render(figures)
    for name in ("TensorFlow checkpoint", *FORMATS):
        assert f"| {name} |" in text


def test_damage_depends_on_the_seed_alone():
    content = bytes(range(256)) * 4
    copies = [damaged(content, seed) for seed in range(50)]
    assert copies == [damaged(content, seed) for seed in range(50)]
    assert len(set(copies)) > 45
