"""A dataset is prepared by one process at a time, and what a killed one left is removed."""

import shutil
from pathlib import Path
from typing import Any

from tfdeblur.system.locks import file_lock


class SolePreparation:
    """Mixin for builders.

    TFDS writes into a folder of a random name beside the final one, which stays when
    the process is killed. With this, whoever prepares next removes it; and who prepares
    the same dataset meanwhile waits and then finds it there. On shared file systems
    without locks, and in the cloud, both are as TFDS has them.
    """

    data_path: Any  # of the builder: the folder of the version that is prepared

    def download_and_prepare(self, **kwargs):
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
