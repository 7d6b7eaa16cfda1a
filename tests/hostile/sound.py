"""Sound files of tiny networks: hostile and damaged ones are made from them, apps run on them."""

import dataclasses
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from tests.data.pairs import write_pairs
from tests.reference import torch_files as torch
from tfdeblur.config import build_model
from tfdeblur.exporting.saved_model import export_saved_model
from tfdeblur.weights.files import save_weights
from tfdeblur.weights.importers import dmphn_release, pss_nsc_release

_GIN = """from __gin__ import dynamic_registration
from tfdeblur import models

MODEL = @models.{model}
{bindings}
"""
_TINY = "models.DMPHN.levels = (1,)\nmodels.DMPHN.filters = (4, 4, 4)\n"
_TRAINING = """from __gin__ import dynamic_registration
from tfdeblur import data
from tfdeblur import training
include "{model}"
include "_experiment.gin"
include "data/folder.gin"
include "optim/adam_cosine.gin"
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
_IDENTITY = """from __gin__ import dynamic_registration
from tfdeblur import models
include "models/dmphn/_dmphn.gin"

models.DMPHN.levels = (1,)
models.DMPHN.filters = (4, 4, 4)
models.DMPHN.blocks_per_stage = 1
models.DMPHN.global_skip = True
"""


@dataclasses.dataclass(frozen=True)
class SoundWeights:
    """Paths, all in one folder.

    Attributes:
      dmphn, release: a network with the layers of the release, and its folder of pickles.
      pss_nsc, checkpoint: the same of PSS-NSC, with a TensorFlow checkpoint's prefix.
      network, weights, saved_model: the smallest DMPHN in our own formats.
      training: a gin file of a run of that network.
      photo: an image to restore.
    """

    dmphn: Path
    release: Path
    pss_nsc: Path
    checkpoint: Path
    network: Path
    weights: Path
    saved_model: Path
    training: Path
    photo: Path


def write_sound(folder):
    """Writes all of it into `folder`, which is made; the `SoundWeights`."""
    folder.mkdir()
    rng = np.random.default_rng(9)
    dmphn = _write_gin(folder / "dmphn.gin", "DMPHN", _TINY)
    arrays = {}
    for name, variable in dmphn_release.expected_variables(build_model(dmphn)).items():
        shape = tuple(variable.shape)
        array = rng.normal(size=shape).astype(np.float32)
        arrays[name] = np.transpose(array, (3, 2, 0, 1)) if len(shape) == 4 else array
    torch.write_release(folder / "release", arrays)
    small = "models.PSSNSC.filters = (2, 4, 6)\nmodels.PSSNSC.units = 2\n"
    pss_nsc = _write_gin(folder / "pss_nsc.gin", "PSSNSC", small)
    variables = pss_nsc_release.expected_variables(build_model(pss_nsc))
    tf.raw_ops.SaveV2(
        prefix=str(folder / "deblur_model"),
        tensor_names=list(variables),
        shape_and_slices=[""] * len(variables),
        tensors=[rng.normal(size=v.shape).astype(np.float32) for v in variables.values()],
    )
    network = _write_gin(
        folder / "network.gin", "DMPHN", f"{_TINY}models.DMPHN.blocks_per_stage = 1\n"
    )
    model = build_model(network)
    save_weights(model, folder / "network.weights.h5")
    export_saved_model(model, folder / "saved_model")
    training, pairs = folder / "training.gin", write_pairs(folder / "pairs", 3)
    write_tiny_training(training, network, pairs, steps=6, steps_per_epoch=3)
    Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8)).save(folder / "photo.png")
    return SoundWeights(
        dmphn=dmphn,
        release=folder / "release",
        pss_nsc=pss_nsc,
        checkpoint=folder / "deblur_model",
        network=network,
        weights=folder / "network.weights.h5",
        saved_model=folder / "saved_model",
        training=training,
        photo=folder / "photo.png",
    )


def _write_gin(path, model, bindings):
    path.write_text(_GIN.format(model=model, bindings=bindings))
    return path


def write_tiny_training(config, model, pairs, steps, steps_per_epoch):
    """Writes the gin file `config` of a run of `model`, a gin file too; returns its flag."""
    Path(config).write_text(
        _TRAINING.format(model=model, pairs=pairs, steps=steps, steps_per_epoch=steps_per_epoch)
    )
    return f"--gin_file={config}"


def write_identity_network(folder):
    """Writes a DMPHN whose residual is zero; returns the flags that name it to an app."""
    config, weights = folder / "identity.gin", folder / "identity.weights.h5"
    config.write_text(_IDENTITY)
    model = build_model(str(config))
    for variable in model.weights:
        variable.assign(variable * 0)
    save_weights(model, weights)
    return [f"--model={config}", f"--weights={weights}"]
