"""How many training crops a second the input pipeline makes, beside the obvious ones.

Three ways to the same batches are measured in turn, several times, so that a
machine whose speed drifts slows them alike:

* `ours`: `training_batches`;
* `tf_data`: decode both images, take one crop, batch;
* `worker`: the same with OpenCV and NumPy, as one worker process of a PyTorch
  loader does it, without what it costs to send the batch to another process.

A core second is a second of one processor's time, so that the figure does not
depend on what else the machine does.
"""

import itertools
import statistics
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import skimage.data
import tensorflow as tf

from tfdeblur.data.folder_pairs import folder_pairs
from tfdeblur.data.pipeline import CropSettings, training_batches
from tfdeblur.system.processors import num_processors

_HEIGHT, _WIDTH = 720, 1280
_NUM_MADE_PAIRS = 8
_OBVIOUS_BATCHES = 16


def make_pairs(folder):
    """Writes 720p PNG pairs from photographs that scikit-image carries; returns `folder`.

    Noise makes them about as hard to compress, hence to decode, as camera images.
    """
    rng = np.random.default_rng(0)
    photos = [skimage.data.astronaut(), skimage.data.coffee(), skimage.data.chelsea()]
    for side in ("input", "target"):
        (folder / side).mkdir(parents=True)
    for i, photo in zip(range(_NUM_MADE_PAIRS), itertools.cycle(photos)):
        sharp = cv2.resize(photo[..., ::-1], (_WIDTH, _HEIGHT), interpolation=cv2.INTER_CUBIC)
        sharp = (sharp + rng.normal(0, 3, sharp.shape)).clip(0, 255).astype(np.uint8)
        cv2.imwrite(str(folder / "target" / f"{i}.png"), sharp)
        cv2.imwrite(str(folder / "input" / f"{i}.png"), cv2.blur(sharp, (15, 1)))
    return folder


def measure_input(root=None, batch_size=8, settings=None, rounds=3):
    """Crops per second of the three ways.

    Args:
      root: folder of pairs as for `folder_pairs`; None makes 720p pairs.
      batch_size: crops in a batch.
      settings: `CropSettings`; its crops_per_pair is what "ours" gains from.
      rounds: how often each way is measured; medians are given.

    Returns:
      A dict: for each way "crops_per_core_second" and "crops_per_second", and
      "ratio_to_tf_data" and "ratio_to_worker" of ours, per core second.
    """
    settings = settings or CropSettings()
    with tempfile.TemporaryDirectory() as made:
        root = root or make_pairs(Path(made) / "pairs")
        ways = {
            "ours": lambda: _ours(root, batch_size, settings),
            "tf_data": lambda: _plain_tf_data(root, batch_size, settings),
            "worker": lambda: _worker(root, batch_size, settings),
        }
        measured: dict = {name: [] for name in ways}
        for _ in range(rounds):
            for name, way in ways.items():
                measured[name].append(way())
    result: dict = {
        name: {
            "crops_per_core_second": statistics.median(crops / cpu for crops, cpu, _ in runs),
            "crops_per_second": statistics.median(crops / wall for crops, _, wall in runs),
        }
        for name, runs in measured.items()
    }
    ours = result["ours"]["crops_per_core_second"]
    for other in ("tf_data", "worker"):
        result[f"ratio_to_{other}"] = ours / result[other]["crops_per_core_second"]
    return {
        **result,
        "crop_size": settings.crop_size,
        "crops_per_pair": settings.crops_per_pair,
        "batch_size": batch_size,
        "cores": num_processors(),
    }


def _timed(batches, num_batches, batch_size):
    """(crops, core seconds, wall seconds), with all that was prepared for them."""
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in itertools.islice(batches, num_batches):
        pass
    return num_batches * batch_size, time.process_time() - cpu, time.perf_counter() - wall


def _ours(root, batch_size, settings):
    # Four whole blocks, so that all that is decoded is also used.
    source = folder_pairs(root)
    num_batches = 4 * settings.steps_per_block
    return _timed(training_batches(source, batch_size, settings), num_batches, batch_size)


def _plain_tf_data(root, batch_size, settings):
    size = settings.crop_size
    source = folder_pairs(root)

    def crop(record):
        pair = source.load(record)
        both = tf.concat([tf.io.decode_png(pair[side], 3) for side in ("blur", "sharp")], -1)
        both = tf.cast(tf.image.random_crop(both, (size, size, 6)), tf.float32) / 255
        return both[..., :3], both[..., 3:]

    dataset = source.records.repeat().shuffle(source.num_pairs)
    batches = dataset.map(crop, num_parallel_calls=tf.data.AUTOTUNE).batch(batch_size)
    return _timed(batches.prefetch(tf.data.AUTOTUNE), _OBVIOUS_BATCHES, batch_size)


def _worker(root, batch_size, settings):
    size = settings.crop_size
    records = list(folder_pairs(root).records.as_numpy_iterator())
    rng = np.random.default_rng(settings.seed)

    def crop(record):
        files = (np.fromfile(record[side].decode(), np.uint8) for side in ("blur", "sharp"))
        blur, sharp = (np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR)) for file in files)
        top, left = (rng.integers(room + 1) for room in np.subtract(blur.shape[:2], size))
        window = np.s_[top : top + size, left : left + size, ::-1]
        return tuple(image[window].astype(np.float32) / 255 for image in (blur, sharp))

    def batches():
        drawn = (crop(record) for record in itertools.cycle(records))
        while True:
            blurs, sharps = zip(*itertools.islice(drawn, batch_size), strict=True)
            yield np.stack(blurs), np.stack(sharps)

    return _timed(batches(), _OBVIOUS_BATCHES, batch_size)
