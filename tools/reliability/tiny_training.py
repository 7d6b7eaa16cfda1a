"""A run of training whose steps take milliseconds."""

from pathlib import Path

_CONFIG = """from __gin__ import dynamic_registration
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


def write_tiny_training(config, arguments, pairs, steps, steps_per_epoch):
    """Writes the gin file of a run of dmphn_1 with other arguments; returns its flag."""
    text = _CONFIG.format(
        arguments=arguments, pairs=pairs, steps=steps, steps_per_epoch=steps_per_epoch
    )
    Path(config).write_text(text)
    return f"--gin_file={config}"
