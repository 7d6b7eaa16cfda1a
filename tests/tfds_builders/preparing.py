"""Preparing datasets in tests."""

import tensorflow_datasets as tfds

from tests.builders.images import image_bytes


def prepare(builder_class, data_dir, manual_dir, beam_runner=None, **kwargs):
    """A builder whose dataset has been prepared."""
    builder = builder_class(data_dir=data_dir, **kwargs)
    builder.download_and_prepare(
        download_config=tfds.download.DownloadConfig(
            manual_dir=manual_dir, beam_runner=beam_runner, try_download_gcs=False
        )
    )
    return builder


def stored_records(builder):
    """{split: list of records in order}, images as the bytes that are stored."""
    skip = tfds.decode.SkipDecoding()
    return {
        split: list(
            tfds.as_numpy(builder.as_dataset(split=split, decoders={"blur": skip, "sharp": skip}))
        )
        for split in builder.info.splits
    }


def files_of(layout, frames, roles=None):
    """{path: bytes} of tiny images, a different one for every image of every pair.

    The same pair has the same images in every layout, so that records can be compared.
    """
    return {
        layout.path(split, name, image): image_bytes(sum(map(ord, f"{name} {image}")))
        for split, names in frames.items()
        for name in names
        for image in roles or layout.folders
    }
