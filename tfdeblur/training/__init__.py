"""Training: what a run is made of, for gin files and for Python.

    from tfdeblur.training import Experiment, OptimizerSettings, RunSettings, schedules
    from tfdeblur.training.loop import prepare, train
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
