"""A run of training whose steps take milliseconds."""

from pathlib import Path

_CONFIG = """from __gin__ import dynamic_registration
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


def write_tiny_training(config, model, pairs, steps, steps_per_epoch):
    """Writes the gin file `config` of a run of `model`, a gin file too; returns its flag."""
    Path(config).write_text(
        _CONFIG.format(model=model, pairs=pairs, steps=steps, steps_per_epoch=steps_per_epoch)
    )
    return f"--gin_file={config}"
