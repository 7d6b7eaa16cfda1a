"""Importing this package makes `tfds.load("gao2019")` work."""

# Relative, because the package has another name in a checkout and inside `tfds build`.
from .gao2019_dataset_builder import Builder

__all__ = ["Builder"]
