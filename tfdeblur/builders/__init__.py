"""What the dataset builders in tfds_builders/ share: from downloaded files to checked pairs.

It is part of the package `tfdeblur`, which is importable wherever a builder runs,
because a builder has a different module name in each place: `tfdeblur.tfds_builders.gopro`
when installed, `tfds_builders.gopro` in a checkout, `gopro` inside `tfds build`.
"""
