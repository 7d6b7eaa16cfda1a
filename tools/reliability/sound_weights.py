"""Sound files of tiny networks, which hostile and damaged ones are made from."""

import dataclasses
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from tests.data.pairs import write_pairs
from tests.reference import torch_files as torch
from tfdeblur.exporting.saved_model import export_saved_model
from tfdeblur.models.presets import build_model
from tfdeblur.weights.files import save_weights
from tfdeblur.weights.importers import dmphn_release, pss_nsc_release
from tools.reliability.tiny_training import write_tiny_training

# The smallest network, by its preset and arguments.
NETWORK = "dmphn_1"
ARGUMENTS = {"filters": (4, 4, 4), "blocks_per_stage": 1}
# What the releases are of: the smallest that have names.
DMPHN, PSS_NSC = "dmphn_1", "pss_nsc_denseblock"


@dataclasses.dataclass(frozen=True)
class SoundWeights:
    """Paths, all in one folder.

    Attributes:
      release: the folder of pickles of `DMPHN`.
      checkpoint: the prefix of the TensorFlow checkpoint of `PSS_NSC`.
      weights, saved_model: the smallest network in our own formats.
      training: a gin file of a run of that network.
      photo: an image to restore.
    """

    release: Path
    checkpoint: Path
    weights: Path
    saved_model: Path
    training: Path
    photo: Path


def write_sound(folder):
    """Writes all of it into `folder`, which is made; the `SoundWeights`."""
    folder.mkdir()
    rng = np.random.default_rng(9)
    arrays = {}
    for name, variable in dmphn_release.expected_variables(build_model(DMPHN)).items():
        shape = tuple(variable.shape)
        array = rng.normal(size=shape).astype(np.float32)
        arrays[name] = np.transpose(array, (3, 2, 0, 1)) if len(shape) == 4 else array
    torch.write_release(folder / "release", arrays)
    variables = pss_nsc_release.expected_variables(build_model(PSS_NSC))
    tf.raw_ops.SaveV2(
        prefix=str(folder / "deblur_model"),
        tensor_names=list(variables),
        shape_and_slices=[""] * len(variables),
        tensors=[rng.normal(size=v.shape).astype(np.float32) for v in variables.values()],
    )
    model = build_model(NETWORK, **ARGUMENTS)
    save_weights(model, folder / "network.weights.h5")
    export_saved_model(model, folder / "saved_model")
    training, pairs = folder / "training.gin", write_pairs(folder / "pairs", 3)
    write_tiny_training(training, ARGUMENTS, pairs, steps=6, steps_per_epoch=3)
    Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8)).save(folder / "photo.png")
    return SoundWeights(
        release=folder / "release",
        checkpoint=folder / "deblur_model",
        weights=folder / "network.weights.h5",
        saved_model=folder / "saved_model",
        training=training,
        photo=folder / "photo.png",
    )
