"""A dataset is prepared by one process at a time, and what a killed one left is removed."""

import shutil
from pathlib import Path

from tfdeblur.file_lock import folder_lock


class SolePreparation:
    """Mixin for builders.

    TFDS writes into a folder of a random name beside the final one, which stays when
    the process is killed. With this, whoever prepares next removes it; and who prepares
    the same dataset meanwhile waits and then finds it there. On shared file systems
    without locks, and in the cloud, both are as TFDS has them.
    """

    def download_and_prepare(self, **kwargs):
        if self.data_path.exists() or "://" in str(self.data_path):
            super().download_and_prepare(**kwargs)
            return
        place = Path(self.data_path).parent
        place.mkdir(parents=True, exist_ok=True)
        with folder_lock(place) as is_sole:
            if is_sole:
                for left in place.glob(f"incomplete.*_{self.version}"):
                    shutil.rmtree(left)
            super().download_and_prepare(**kwargs)
