"""Importing this package makes `tfds.load("gopro")` work."""

# Relative, because the package has another name in a checkout and inside `tfds build`.
from .gopro_dataset_builder import Builder

__all__ = ["Builder"]
