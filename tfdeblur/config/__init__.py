"""Runs from gin files; the only package that imports gin, and only `tfdeblur train` imports it.

Gin's parser reads the files; nothing else of gin is used, which would let a file import and
call anything, and keeps one configuration for the whole process. What files bind becomes the
plain settings of a `tfdeblur.training.Experiment` at once.

A run is a file that binds the arguments of `tfdeblur.training.Experiment`. Files whose names
begin with an underscore are there for others to include.
"""

from tfdeblur.config.experiments import ConfiguredExperiment, read_experiment
from tfdeblur.config.files import config_dir

__all__ = ["ConfiguredExperiment", "config_dir", "read_experiment"]
