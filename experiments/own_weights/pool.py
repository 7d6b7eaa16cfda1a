"""Synthetic pairs on disk, made by processes of their own while a network trains on them.

A pool is a folder of shards, `00000.npy`, `00001.npy`, ..., each (pairs, 2, size, size, 3) uint8:
blurred and sharp. Their making is repeatable: a shard's number is the seed of its pairs.
"""

import multiprocessing
import os
from pathlib import Path

import cv2
import numpy as np

from tfdeblur.synthesis.photographs import embedded_photographs, photographs_in
from tfdeblur.synthesis.synthesis import synthesize_pair
from tfds_builders.synthetic_blur.synthetic_blur_dataset_builder import Builder

CONFIG = next(config for config in Builder.BUILDER_CONFIGS if config.name == "full_strength")
PAIRS_PER_SHARD = 64

_NUM_TEXTURES = 4
# Mean slope of the sharp image, in grey levels a pixel, below which there is little to learn from
# a pair, and of how many such pairs one is kept.
_LEAST_DETAIL = 6.0
_KEPT_WITHOUT_DETAIL = 0.1
_HELD_OUT_SEED = 1_000_000


def start_makers(folder, sharp_dir, num_shards, num_processes):
    """Starts processes that make the missing ones of `num_shards` shards and then end.

    Returns:
      The processes; terminate them when the training ends.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(
            target=_make_shards,
            args=(str(folder), str(sharp_dir), range(first, num_shards, num_processes)),
            daemon=True,
        )
        for first in range(num_processes)
    ]
    for process in processes:
        process.start()
    return processes


def shards(folder):
    """The finished shards, (pairs, 2, size, size, 3) uint8 each, as far as there are any."""
    return [np.load(file, mmap_mode="r") for file in sorted(Path(folder).glob("[0-9]*.npy"))]


def held_out_pairs(sharp_dir, num_pairs):
    """(num_pairs, 2, size, size, 3) uint8 of photographs that no shard has."""
    photographs = [read() for read in photographs_in(sharp_dir, CONFIG.size)["test"].values()]
    return _pairs(np.random.default_rng(_HELD_OUT_SEED), photographs, num_pairs)


def _make_shards(folder, sharp_dir, numbers):
    os.nice(5)  # the network comes first
    cv2.setNumThreads(1)
    photographs = [
        read()
        for source in (photographs_in(sharp_dir, CONFIG.size), embedded_photographs())
        for read in source["train"].values()
    ]
    photographs = [photo for photo in photographs if min(photo.shape[:2]) >= CONFIG.size]
    for number in numbers:
        file = Path(folder, f"{number:05d}.npy")
        if not file.exists():
            pairs = _pairs(np.random.default_rng(number), photographs, PAIRS_PER_SHARD)
            unfinished = file.with_name(f"unfinished.{file.name}")
            np.save(unfinished, pairs)
            unfinished.replace(file)


def _pairs(rng, photographs, num_pairs):
    pairs: list = []
    while len(pairs) < num_pairs:
        factor = rng.uniform(*CONFIG.enlargement)
        textures = [
            cv2.resize(photographs[i], None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
            for i in rng.integers(len(photographs), size=_NUM_TEXTURES)
        ]
        pair = synthesize_pair(
            rng,
            textures[0],
            (CONFIG.size, CONFIG.size),
            textures=textures,
            motion=CONFIG.motion,
            sensor=CONFIG.sensor,
        )
        if _detail(pair[1]) >= _LEAST_DETAIL or rng.uniform() < _KEPT_WITHOUT_DETAIL:
            pairs.append(pair)
    return np.array(pairs)


def _detail(image):
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return float(np.abs(np.diff(gray, axis=0)).mean() + np.abs(np.diff(gray, axis=1)).mean())
