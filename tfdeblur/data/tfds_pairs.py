"""Pairs from any TensorFlow Datasets builder with the features `blur` and `sharp`."""

import hashlib
import importlib
import json
import re

import tensorflow as tf
import tensorflow_datasets as tfds

from tfdeblur.data.pair_source import PairSource
from tfdeblur.errors import InputError

# Encoded 720p pairs held for a shuffle: about 2 MB each.
_SHUFFLE_BUFFER = 512


def tfds_pairs(name, split="train", data_dir=None, builder_kwargs=None, prepare=False):
    """The pairs of a prepared dataset, in the order of its records.

    Args:
      name: as for `tfds.builder`, e.g. "gopro" or "gopro/blur_gamma".
      split: as for TFDS, slices included, e.g. "train[:90%]".
      data_dir: where prepared datasets lie; None is TFDS's own default.
      builder_kwargs: further arguments of the builder.
      prepare: whether to prepare the dataset now if it is not; for those that need no
        download by hand.

    Returns:
      A `PairSource`.

    Raises:
      InputError: when the dataset, its configuration or the split is unknown, not
        prepared, or holds no pairs.
    """
    # Datasets of others than TFDS are code, which it would download and run.
    if re.match(r"[^/:]*:(?![\d*])", name):
        raise InputError(f"Received dataset {name!r}; expected one of TFDS or of this project.")
    _register(name)
    try:
        builder = tfds.builder(name, data_dir=data_dir, **(builder_kwargs or {}))
    except tfds.core.DatasetNotFoundError:
        raise InputError(
            f"Received dataset {name!r}, which TFDS does not know; import its builder first."
        ) from None
    # TFDS's ways to say: no such version, argument, or configuration.
    except (AssertionError, TypeError, ValueError) as error:
        raise InputError(f"Received dataset {name!r}: {' '.join(str(error).split())}") from None
    missing = {"blur", "sharp"} - set(builder.info.features or ())
    if missing:
        raise InputError(f"Dataset {name!r} has no feature {' and '.join(sorted(missing))}.")
    if prepare and not builder.is_prepared():
        builder.download_and_prepare()
    if split.split("[")[0] not in builder.info.splits:
        raise InputError(
            f"Dataset {name!r} is not prepared in {builder.data_dir}, or has no split "
            f"{split!r}; prepare it with `tfds build` or its builder's download_and_prepare()."
        )
    try:
        num_pairs = builder.info.splits[split].num_examples
    except ValueError as error:
        raise InputError(f"Received split {split!r}: {' '.join(str(error).split())}") from None
    if not num_pairs:
        raise InputError(f"Received split {split!r} of {name!r}, which holds no pairs.")
    records = builder.as_dataset(
        split=split,
        decoders={"blur": tfds.decode.SkipDecoding(), "sharp": tfds.decode.SkipDecoding()},
        read_config=tfds.ReadConfig(interleave_cycle_length=1, try_autocache=False),
        shuffle_files=False,
    )
    return PairSource(
        name=f"{name}:{split}",
        num_pairs=num_pairs,
        records=records,
        load=_select,
        shuffle_buffer=min(num_pairs, _SHUFFLE_BUFFER),
        version=builder.info.full_name,
        fingerprint=_fingerprint(builder, split),
        partial="[" in split or bool((builder.info.metadata or {}).get("partial")),
        dtype=_dtype(builder.info.features),
    )


def _register(name):
    """Imports the project's own builder of this name, which makes it known to TFDS."""
    package = f"tfdeblur.tfds_builders.{re.split('[/:]', name)[0]}"
    try:
        importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:  # the builder is there and lacks something itself
            raise


def _fingerprint(builder, split):
    """Of what TFDS and the builder recorded of the data when they were prepared."""
    stored = builder.info.splits[split.split("[")[0]]
    recorded = [
        builder.info.full_name,
        split,
        list(stored.shard_lengths),
        stored.num_bytes,
        dict(builder.info.metadata or {}),
    ]
    return hashlib.sha256(json.dumps(recorded, default=str).encode()).hexdigest()


def _dtype(features):
    has_16_bits = tf.uint16 in {tf.as_dtype(features[side].dtype) for side in ("blur", "sharp")}
    return "uint16" if has_16_bits else "uint8"


def _select(record):
    name = record["name"] if "name" in record else tf.constant("")
    return {"blur": record["blur"], "sharp": record["sharp"], "name": name}
