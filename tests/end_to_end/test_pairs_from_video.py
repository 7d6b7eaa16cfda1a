"""From frames of a video to batches a network is trained on, with nothing in between."""

import cv2
import numpy as np
import pytest
import skimage.data

import tfdeblur
from tfdeblur.cli import run_app
from tfdeblur.data import CropSettings, folder_pairs, training_batches

pytestmark = pytest.mark.slow


def test_synthesized_pairs_are_read_by_training(tmp_path, capsys):
    photo = skimage.data.astronaut()[..., ::-1]
    frames = tmp_path / "clip"
    frames.mkdir()
    for i in range(18):
        cv2.imwrite(str(frames / f"{i:03d}.png"), photo[:128, 100 + 2 * i : 300 + 2 * i])
    output = tmp_path / "pairs"
    flags = [f"--output={output}", "--num_frames=9", "--max_blur=1", "--max_smooth=1"]
    assert run_app("synthesize", [*flags, str(frames)]) == 0, capsys.readouterr().err
    source = folder_pairs(output)
    assert source.num_pairs == 2
    settings = CropSettings(crop_size=32, crops_per_pair=2, pairs_per_block=1)
    batches = training_batches(source, 2, settings)
    for blur, sharp in batches.take(2).as_numpy_iterator():
        assert np.std(sharp) > np.std(blur) > 0
    model = tfdeblur.build_model("dmphn_1")
    model.compile("adam")
    history = model.fit(batches, steps_per_epoch=2, epochs=2, shuffle=False, verbose=0).history[
        "loss"
    ]
    assert np.isfinite(history).all()
