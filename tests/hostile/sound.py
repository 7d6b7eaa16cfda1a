"""Sound files of tiny networks: hostile and damaged ones are made from them, apps run on them."""

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

# The smallest network, by its preset and arguments, and one whose residual may be zero.
NETWORK = "dmphn_1"
ARGUMENTS = {"filters": (4, 4, 4), "blocks_per_stage": 1}
IDENTITY_ARGUMENTS = {**ARGUMENTS, "global_skip": True}
# The classes of networks that have a release.
DMPHN, PSS_NSC = "dmphn_1", "pss_nsc"

_TRAINING = """from __gin__ import dynamic_registration
from tfdeblur import data
from tfdeblur import training
include "_experiment.gin"
include "data/folder.gin"
include "optim/adam_cosine.gin"
MODEL = "dmphn_1"
training.Experiment.model_arguments = {arguments!r}
STEPS = {steps}
BATCH_SIZE = 2
CROP_SIZE = 16
LEARNING_RATE = 1e-4
WARMUP_STEPS = 5
PAIRS = "{pairs}"
training.Experiment.validation_data = @validation/data.folder_pairs
validation/data.folder_pairs.root = "{pairs}"
training.CropSettings.crops_per_pair = 2
training.CropSettings.pairs_per_block = 2
training.RunSettings.steps_per_epoch = {steps_per_epoch}
training.ReportSettings.num_validation_pairs = 2
training.ReportSettings.evaluate_at_end = False
training.OptimizerSettings.ema_decay = 0.9
"""


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


def write_tiny_training(config, arguments, pairs, steps, steps_per_epoch):
    """Writes the gin file of a run of dmphn_1 with other arguments; returns its flag."""
    text = _TRAINING.format(
        arguments=arguments, pairs=pairs, steps=steps, steps_per_epoch=steps_per_epoch
    )
    Path(config).write_text(text)
    return f"--gin_file={config}"


def write_identity_network(folder):
    """Writes a DMPHN whose residual is zero; returns the flag that names it to an app."""
    weights = folder / "identity.weights.h5"
    model = build_model(NETWORK, **IDENTITY_ARGUMENTS)
    for variable in model.weights:
        variable.assign(variable * 0)
    save_weights(model, weights)
    return [f"--weights={weights}"]
