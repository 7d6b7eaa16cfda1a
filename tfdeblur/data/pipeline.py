"""The one place where the order of the input pipeline is written, with its reasons.

Training, in this order:

1. *Visit* records in a new permutation each epoch. Records are paths or encoded
   files, so the shuffle reaches far at little cost.
2. *Share out* visits: the v-th visit belongs to lane v mod batch_size, and a lane
   is a position in the global batch. A worker decodes only for its own lanes, and
   the global batch does not depend on the number of workers.
3. *Read and decode* both images; by far the most expensive step (tens of
   milliseconds for 720p PNG). Done in parallel, before anything random per crop.
4. *Crop* `crops_per_pair` windows at once, at the same place in both images, so
   that one decoding serves several crops. Crops stay integers, of 8 or 16 bits.
5. *Shuffle* crops inside a lane over `pairs_per_block` pairs, so that crops of one
   pair are spread over pairs_per_block * crops_per_pair batches.
6. *Augment* single crops in float32, and batch.

All randomness is stateless: a batch is a function of the seed and its number. A
run that begins at step s makes no batch before it: it begins at the block that
holds s and drops at most one block's rest.

A block holds batch_size / num_workers * pairs_per_block * crops_per_pair pairs of
crops in memory, 200 MB for 8 lanes with the default settings, and up to three
blocks are alive at once.
"""

import dataclasses
from collections.abc import Sequence

import tensorflow as tf

from tfdeblur.data.augmentation import AUGMENTATIONS
from tfdeblur.data.decoding import decode_image
from tfdeblur.data.pair_source import stream_seed
from tfdeblur.errors import InputError, require_counts


@dataclasses.dataclass(frozen=True)
class CropSettings:
    """How training crops are drawn.

    Attributes:
      crop_size: side of the square crops, in pixels.
      crops_per_pair: crops taken from a pair each time it is decoded.
      pairs_per_block: pairs over which a lane's crops are shuffled.
      augmentations: names in `tfdeblur.data.augmentation.AUGMENTATIONS`, in order.
      seed: determines every batch.

    Raises:
      InputError: for sizes below 1 and an unknown augmentation.
    """

    crop_size: int = 256
    crops_per_pair: int = 16
    pairs_per_block: int = 4
    augmentations: Sequence[str] = ()
    seed: int = 0

    def __post_init__(self):
        require_counts(self, "crop_size", "crops_per_pair", "pairs_per_block")
        if not isinstance(self.augmentations, list | tuple):
            raise InputError(
                f"Received CropSettings.augmentations = {self.augmentations!r}; expected a list of "
                'names, such as ("flip",).'
            )
        unknown = [str(name) for name in self.augmentations if name not in AUGMENTATIONS]
        if unknown:
            raise InputError(
                f"Received augmentations {', '.join(unknown)}; expected some of "
                f"{', '.join(AUGMENTATIONS)}."
            )

    @property
    def steps_per_block(self):
        """Batches that one block of pairs makes."""
        return self.crops_per_pair * self.pairs_per_block


def training_batches(source, batch_size, settings=None, start_step=0, num_workers=1, worker=0):
    """An endless dataset of batches of paired crops.

    Args:
      source: a `PairSource` or `Mixture`.
      batch_size: global batch size, over all workers.
      settings: `CropSettings`; None is the default ones.
      start_step: number of the first batch.
      num_workers, worker: this worker gets its part of each global batch, the
        consecutive positions from worker * batch_size / num_workers.

    Returns:
      A `tf.data.Dataset` of pairs (blur, sharp), float32 in [0, 1], each
      (batch_size / num_workers, crop_size, crop_size, channels).

    Raises:
      InputError: for a batch that cannot be shared out.
      tf.errors.InvalidArgumentError: while iterating, when an image is smaller
        than a crop or the two of a pair differ in size; the pair is named.
    """
    settings = settings or CropSettings()
    _check(batch_size, num_workers)
    lanes = batch_size // num_workers
    block, steps_into_block = divmod(start_step, settings.steps_per_block)
    first_visit = block * settings.pairs_per_block * batch_size
    visits = source.visits(settings.seed, first_visit)
    numbered = tf.data.Dataset.zip(tf.data.Dataset.range(first_visit, tf.int64.max), visits)
    mine = numbered.filter(lambda visit, _: (visit % batch_size) // lanes == worker)

    def crops(visit, record):
        pair = decoded(source.load(record), source.dtype)
        return _random_crops(pair, settings, visit)

    # A block: pairs_per_block visits of every lane of this worker, visit-major.
    # The next one is prepared while the present one is being used up.
    blocks = (
        mine.map(crops, num_parallel_calls=tf.data.AUTOTUNE)
        .batch(lanes * settings.pairs_per_block, drop_remainder=True)
        .prefetch(1)
    )
    steps = tf.data.Dataset.zip(tf.data.Dataset.range(block, tf.int64.max), blocks).flat_map(
        lambda number, content: _steps(content, number, lanes, worker * lanes, settings)
    )
    numbers = tf.data.Dataset.range(start_step, tf.int64.max)
    return (
        tf.data.Dataset.zip(numbers, steps.skip(steps_into_block))
        .map(
            lambda step, batch: _augmented(batch, step, worker * lanes, settings),
            num_parallel_calls=tf.data.AUTOTUNE,
        )
        .prefetch(tf.data.AUTOTUNE)
    )


def evaluation_pairs(source):
    """All pairs of a `PairSource` once, whole and in order.

    Returns:
      A `tf.data.Dataset` of dicts: "blur" and "sharp", (height, width, 3) of
      `source.dtype`, and "name".
    """
    return (
        source.records.map(source.load, num_parallel_calls=tf.data.AUTOTUNE)
        .map(lambda pair: decoded(pair, source.dtype), num_parallel_calls=tf.data.AUTOTUNE)
        .prefetch(2)
    )


def _check(batch_size, num_workers):
    if batch_size % num_workers:
        raise InputError(
            f"Received a batch of {batch_size} for {num_workers} workers; expected a multiple."
        )


def decoded(pair, dtype="uint8"):
    """What `PairSource.load` gives, with both images as (height, width, 3) of `dtype`.

    Raises:
      tf.errors.InvalidArgumentError: for an image that cannot be decoded, and for a pair
        whose images differ in size.
    """
    images = {side: decode_image(pair[side], dtype) for side in ("blur", "sharp")}
    same_size = tf.reduce_all(tf.shape(images["blur"]) == tf.shape(images["sharp"]))
    message = ["The images of a pair differ in size:", pair["name"]]
    with tf.control_dependencies([tf.Assert(same_size, message)]):
        return {**images, "name": tf.identity(pair["name"])}


def _random_crops(pair, settings, visit):
    """(2, crops_per_pair, size, size, 3) as decoded: the same windows of both images."""
    size, count = settings.crop_size, settings.crops_per_pair
    height, width = tf.unstack(tf.shape(pair["blur"])[:2])
    large_enough = tf.minimum(height, width) >= size
    message = [
        f"Expected images of at least {size} pixels a side for crops; received",
        height,
        width,
        pair["name"],
    ]
    with tf.control_dependencies([tf.Assert(large_enough, message)]):
        seed = stream_seed("corners", settings.seed, visit)
        draws = tf.random.stateless_uniform((count, 2), seed, dtype=tf.float64)
    room = tf.cast(tf.stack([height - size + 1, width - size + 1]), tf.float64)
    corners = tf.cast(draws * room, tf.int32)
    windows = []
    for side in ("blur", "sharp"):
        image = pair[side]
        windows.append(
            tf.stack(
                [
                    tf.slice(image, [corners[i, 0], corners[i, 1], 0], [size, size, 3])
                    for i in range(count)
                ]
            )
        )
    return tf.stack(windows)


def _steps(content, number, lanes, first_lane, settings):
    """One block as a dataset of batches (2, lanes, size, size, 3), every lane shuffled."""
    size = settings.crop_size
    # (pairs * lanes, 2, crops, size, size, 3), visit-major
    # -> (pairs, lanes, 2, crops, size, size, 3)
    content = tf.reshape(
        content, (settings.pairs_per_block, lanes, 2, settings.crops_per_pair, size, size, 3)
    )
    # Shuffling moves indices; the crops themselves are gathered once per batch.
    orders = tf.stack(
        [
            tf.random.experimental.stateless_shuffle(
                tf.range(settings.steps_per_block),
                stream_seed("order of crops", settings.seed, first_lane + lane, number),
            )
            for lane in range(lanes)
        ],
        axis=1,
    )  # (steps, lanes)

    def batch(order):
        pair, crop = order // settings.crops_per_pair, order % settings.crops_per_pair
        lane = tf.range(lanes)
        return tf.stack(
            [
                tf.gather_nd(content, tf.stack([pair, lane, tf.fill([lanes], side), crop], axis=1))
                for side in (0, 1)
            ]
        )

    return tf.data.Dataset.from_tensor_slices(orders).map(batch)


def _augmented(batch, step, first_lane, settings):
    """(2, lanes, size, size, 3) integers -> two float32 tensors (lanes, size, size, channels)."""
    blur, sharp = tf.unstack(tf.cast(batch, tf.float32) / batch.dtype.max)
    if not settings.augmentations:
        return blur, sharp
    augmented = []
    for lane in range(blur.shape[0]):
        pair = (blur[lane], sharp[lane])
        for i, name in enumerate(settings.augmentations):
            # By its place too: an augmentation that is named twice draws twice.
            seed = stream_seed(name, settings.seed, first_lane + lane, step, i)
            pair = AUGMENTATIONS[name](*pair, seed)
        augmented.append(pair)
    blurs, sharps = zip(*augmented, strict=True)
    return tf.stack(blurs), tf.stack(sharps)
