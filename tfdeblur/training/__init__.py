"""Training: what a run is made of, for gin files and for Python.

from tfdeblur.training import Experiment, OptimizerSettings, RunSettings, schedules
from tfdeblur.training.loop import prepare, train

A function with arguments, such as a schedule or a source of pairs, is best given as a
`tfdeblur.training.deferred.Deferred`, which shows in a run's settings.json.
"""

from tfdeblur.data import CropSettings
from tfdeblur.training import schedules
from tfdeblur.training.experiment import (
    CheckpointSettings,
    Experiment,
    ReportSettings,
    RunSettings,
)
from tfdeblur.training.optimizers import OptimizerSettings

__all__ = [
    "CheckpointSettings",
    "CropSettings",
    "Experiment",
    "OptimizerSettings",
    "ReportSettings",
    "RunSettings",
    "schedules",
]
