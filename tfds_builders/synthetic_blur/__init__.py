"""Importing this package makes `tfds.load("synthetic_blur")` work."""

# Relative, because the package has another name in a checkout and inside `tfds build`.
from .synthetic_blur_dataset_builder import Builder, SyntheticBlurConfig

__all__ = ["Builder", "SyntheticBlurConfig"]
