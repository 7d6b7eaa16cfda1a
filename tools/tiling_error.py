r"""Measures what tiles change: each image restored in tiles against the same in one piece.

  python tools/tiling_error.py --weights=dmphn_1_2_4.weights.h5 --tiles=512 \
      --overlaps=16,64,128 dmphn_1_2_4 blurred.png ...

For each overlap it prints, in grey levels of 255 and as means over the images: the error
on the borders of the tiles (within two pixels of every line where a tile begins or ends),
the error elsewhere, and the step across those lines beside the step elsewhere, both of
the error image: a seam that can be seen is a step.
"""

import numpy as np
from absl import app, flags

from tfdeblur import Deblurrer
from tfdeblur.images.reader import read_image
from tfdeblur.inference.tiling import tile_spans

_WEIGHTS = flags.DEFINE_string("weights", None, "Weight file of the network.", required=True)
_TILES = flags.DEFINE_list("tiles", ["512"], "Longest sides of a tile, in pixels.")
_OVERLAPS = flags.DEFINE_list("overlaps", ["16", "32", "64", "128"], "Overlaps, in pixels.")
_NEAR = 2


def main(argv):
    _, preset, *paths = argv
    images = [read_image(path).pixels.astype(np.float32) / 255 for path in paths]
    whole = Deblurrer(preset, _WEIGHTS.value, tile="none")
    expected = [whole(image) for image in images]
    print(f"{preset}, {len(images)} images")
    print(f"{'tile':>6}{'overlap':>9}{'borders':>9}{'elsewhere':>11}{'step':>8}{'elsewhere':>11}")
    for tile in map(int, _TILES.value):
        for overlap in map(int, _OVERLAPS.value):
            tiled = Deblurrer(whole.model, tile=tile, overlap=overlap)
            measured = [
                _measured(255 * (tiled(image) - one_piece), tile, overlap)
                for image, one_piece in zip(images, expected, strict=True)
            ]
            columns = "".join(
                f"{value:>{width}.3f}"
                for value, width in zip(np.mean(measured, axis=0), (9, 11, 8, 11), strict=True)
            )
            print(f"{tile:>6}{overlap:>9}{columns}", flush=True)


def _measured(error, tile, overlap):
    near = np.zeros(error.shape[:2], bool)
    steps_at, steps_elsewhere = [], []
    for axis, length in enumerate(error.shape[:2]):
        spans = tile_spans(length, tile, overlap)
        lines = [start for start, _ in spans[1:]] + [stop for _, stop in spans[:-1]]
        steps = np.abs(np.diff(error, axis=axis)).mean(axis=(1 - axis, 2))
        at = np.zeros(len(steps), bool)
        for line in lines:
            at[line - 1] = True
            index = slice(max(line - _NEAR, 0), line + _NEAR)
            near[(index, slice(None)) if axis == 0 else (slice(None), index)] = True
        steps_at.append(steps[at])
        steps_elsewhere.append(steps[~at])
    size = np.abs(error).mean(axis=-1)
    return (
        size[near].mean(),
        size[~near].mean(),
        np.concatenate(steps_at).mean(),
        np.concatenate(steps_elsewhere).mean(),
    )


if __name__ == "__main__":
    app.run(main)
