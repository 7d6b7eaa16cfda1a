"""How all builders prepare: one process at a time, in this one or on Apache Beam."""

import itertools
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import tensorflow_datasets as tfds

from tfdeblur.system.locks import file_lock


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

    def examples(self, make: Callable[[Any], Iterable[tuple]], items: list) -> Any:
        """All (key, example) of `items`, as `_generate_examples` must return them.

        Args:
          make: picklable function from an item to an iterable of (key, example).
          items: list of picklable items.
        """
        if not self._on_beam:
            return itertools.chain.from_iterable(map(make, items))
        beam = tfds.core.lazy_imports.apache_beam
        return beam.Create(items) | beam.Reshuffle() | beam.FlatMap(make)


class SolePreparation:
    """Mixin for builders.

    TFDS writes into a folder of a random name beside the final one, which stays when
    the process is killed. With this, whoever prepares next removes it; and who prepares
    the same dataset meanwhile waits and then finds it there. On shared file systems
    without locks, and in the cloud, both are as TFDS has them.
    """

    data_path: Any  # of the builder: the folder of the version that is prepared

    def download_and_prepare(self, **kwargs: Any) -> None:
        prepare = super().download_and_prepare  # type: ignore[misc]
        if self.data_path.exists() or "://" in str(self.data_path):
            prepare(**kwargs)
            return
        final = Path(self.data_path)
        final.parent.mkdir(parents=True, exist_ok=True)
        with file_lock(final.parent) as is_sole:
            if is_sole:
                for left in final.parent.glob(f"incomplete.*_{final.name}"):
                    shutil.rmtree(left)
            prepare(**kwargs)
