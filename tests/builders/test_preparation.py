"""One preparation at a time, and nothing of a killed one stays."""

import threading

import tensorflow_datasets as tfds

from tfdeblur.system.locks import file_lock
from tfdeblur.tfds_builders.synthetic_blur import Builder, SyntheticBlurConfig

TINY = SyntheticBlurConfig(name="tiny", size=16, train_pairs=1, test_pairs=1)


def make(folder):
    return Builder(data_dir=folder, config=TINY)


def test_what_a_killed_preparation_left_is_removed(tmp_path):
    place = tmp_path / "synthetic_blur" / "tiny"
    left, other = place / "incomplete.ABC123_1.0.0", place / "incomplete.ABC123_0.9.0"
    for folder in (left, other):
        folder.mkdir(parents=True)
        (folder / "synthetic_blur-train.tfrecord-00000-of-00001").write_bytes(b"half")
    make(tmp_path).download_and_prepare()
    assert sorted(path.name for path in place.iterdir()) == ["1.0.0", other.name]


def test_a_second_one_waits_and_finds_it_done(tmp_path):
    place = tmp_path / "synthetic_blur" / "tiny"
    place.mkdir(parents=True)
    second = make(tmp_path)
    with file_lock(place) as has_locks:
        assert has_locks
        thread = threading.Thread(target=second.download_and_prepare)
        thread.start()
        # The first, which holds the lock, finishes meanwhile.
        tfds.core.GeneratorBasedBuilder.download_and_prepare(make(tmp_path))
        written = {path: path.stat().st_mtime_ns for path in (place / "1.0.0").iterdir()}
        assert thread.is_alive()
    thread.join(60)
    assert second.is_prepared()
    assert {path: path.stat().st_mtime_ns for path in (place / "1.0.0").iterdir()} == written
