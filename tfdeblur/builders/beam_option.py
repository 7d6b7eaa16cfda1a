"""Examples made in this process, or on Apache Beam where the person who prepares asks for it."""

import itertools

import tensorflow_datasets as tfds


class BeamOption:
    """Mixin for builders whose examples come item by item.

    With a Beam runner or Beam options in the `DownloadConfig` (or `tfds build
    --beam_pipeline_options`) the items are shared out by Apache Beam. The records
    are the same, byte for byte: TFDS orders them by their keys.
    """

    _on_beam = False

    def _download_and_prepare(self, dl_manager, download_config):
        self._on_beam = bool(download_config.beam_runner or download_config.beam_options)
        super()._download_and_prepare(dl_manager, download_config)  # type: ignore[misc]

    def examples(self, make, items):
        """All (key, example) of `items`, as `_generate_examples` must return them.

        Args:
          make: picklable function from an item to an iterable of (key, example).
          items: list of picklable items.
        """
        if not self._on_beam:
            return itertools.chain.from_iterable(map(make, items))
        beam = tfds.core.lazy_imports.apache_beam
        return beam.Create(items) | beam.Reshuffle() | beam.FlatMap(make)
