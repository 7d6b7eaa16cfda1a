r"""Fetch the weights that the authors of DMPHN released.

  tfdeblur download dmphn_1_2_4
  tfdeblur deblur --model=dmphn_1_2_4 photo.jpg

Fetches the files from the authors' repository at a pinned commit, checks the SHA-256 of each,
converts them without running any code in them, and keeps the result in your cache folder, which
the variable TFDEBLUR_CACHE names otherwise. The weights are the authors', who state no licence for
them: ask them before you use them for more than research.

--from takes a folder or an address that is laid out as their repository, for machines without
a network and for mirrors. HTTPS_PROXY and the like are respected.
"""

import sys

from tfdeblur import cli
from tfdeblur.app_flags import define_path
from tfdeblur.errors import InputError
from tfdeblur.weights.downloads import (
    COMMIT,
    REPOSITORY,
    cached_weights,
    download_weights,
    downloadable_networks,
    release_files,
)

REQUIRED_FLAGS = ()


def define_flags(flag_values):
    define_path(
        "from",
        None,
        "Folder or address laid out as the authors' repository, in place of it.",
        flag_values,
    )


def main(flag_values, arguments):
    if not arguments:
        raise InputError(f"Expected a network: {', '.join(downloadable_networks())}.")
    files = {name: release_files(name) for name in arguments}
    for name in arguments:
        if cached := cached_weights(name):
            print(f"{name}: there already, {cached}")
            continue
        print(
            f"{name}: weights by the authors of DMPHN, who state no licence\n"
            f"  {flag_values['from'].value or REPOSITORY} (commit {COMMIT[:8]})",
            flush=True,
        )
        with _Progress(files[name]) as progress:
            path = download_weights(name, flag_values["from"].value, progress)
        print(f"  {path}\n  tfdeblur deblur --model={name} photo.jpg")
    return 0


class _Progress:
    """One bar for all files; what pooch calls for each of them."""

    total = 0

    def __init__(self, files):
        from tqdm import tqdm

        num_bytes = sum(file.num_bytes for file in files)
        self._bar = tqdm(total=num_bytes, unit="B", unit_scale=True, leave=False, disable=None)
        self._of_file = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._bar.close()

    def update(self, num_bytes):
        self._of_file += num_bytes
        self._bar.update(num_bytes)

    def reset(self):
        self._bar.update(-self._of_file)
        self._of_file = 0

    def close(self):
        self._of_file = 0


if __name__ == "__main__":
    sys.exit(cli.run_app("download"))
