"""Importing this package makes `tfds.load("su2017")` work."""

# Relative, because the package has another name in a checkout and inside `tfds build`.
from .su2017_dataset_builder import Builder

__all__ = ["Builder"]
