"""Gin configurations; the only package that imports gin.

Gin keeps one global configuration per process. A library must not disturb its
user's, so everything here reads configuration files in a state of its own and
puts back what it found.

A preset is a file `gin/models/<family>/<preset>.gin` that binds the macro MODEL
to a model class and sets some of its arguments. A run is a file that binds the
arguments of `tfdeblur.training.Experiment` besides. Files whose names begin with an
underscore are there for others to include.
"""

from tfdeblur.config.binding_errors import binding_errors_in_words
from tfdeblur.config.experiments import (
    ConfiguredExperiment,
    configured_experiment,
    differing_bindings,
)
from tfdeblur.config.files import config_dir
from tfdeblur.config.presets import build_model, preset_names, preset_of

__all__ = [
    "ConfiguredExperiment",
    "binding_errors_in_words",
    "build_model",
    "config_dir",
    "configured_experiment",
    "differing_bindings",
    "preset_names",
    "preset_of",
]
