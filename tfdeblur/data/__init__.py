"""Pairs of blurred and sharp images: where they come from and how they reach a network."""

from tfdeblur.data.folder_pairs import folder_pairs
from tfdeblur.data.mixture import Mixture
from tfdeblur.data.pair_source import PairSource
from tfdeblur.data.pipeline import CropSettings, evaluation_pairs, training_batches
from tfdeblur.data.tfds_pairs import tfds_pairs

__all__ = [
    "CropSettings",
    "Mixture",
    "PairSource",
    "evaluation_pairs",
    "folder_pairs",
    "tfds_pairs",
    "training_batches",
]
