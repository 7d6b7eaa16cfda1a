r"""Times `tfdeblur deblur` on large images and measures the memory it takes.

  python tools/benchmark_large_images.py --weights=dmphn_1_2_4.weights.h5 dmphn_1_2_4
  python tools/benchmark_large_images.py --weights=... --sizes=7728x5152 dmphn_1_2_4 -- --tile=1024

What stands after `--` is given to the command. Each image is restored by a command of its
own, from file to file. The first one is of 64x64 pixels: its memory is that of the framework
with the network, and the others' is shown above it.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from absl import app, flags
from PIL import Image

_WEIGHTS = flags.DEFINE_string("weights", None, "Weight file of the network.", required=True)
_SIZES = flags.DEFINE_list("sizes", ["3840x2160", "7728x5152"], "WIDTHxHEIGHT in pixels.")
_BARE = "64x64"


def main(argv):
    _, preset, *options = argv
    command = [sys.executable, "-m", "tfdeblur", "deblur", f"--model={preset}"]
    command += [f"--weights={_WEIGHTS.value}", *options]
    print("| network | image | megapixels | seconds | peak MB | above 64x64, MB |")
    print("|---|---|---|---|---|---|")
    bare = None
    with tempfile.TemporaryDirectory() as folder:
        for size in (_BARE, *_SIZES.value):
            width, height = map(int, size.split("x"))
            photo = Path(folder) / f"{size}.jpg"
            # Noise would take longer to encode than a photograph does.
            Image.effect_mandelbrot((width, height), (-2, -1, 1, 1), 50).convert("RGB").save(photo)
            seconds, peak = _run([*command, f"--output={folder}/restored", str(photo)])
            bare = bare or peak
            print(
                f"| {preset} | {size} | {width * height / 1e6:.1f} | {seconds:.1f} | "
                f"{peak / 1e6:.0f} | {(peak - bare) / 1e6:.0f} |",
                flush=True,
            )


def _run(command):
    """(seconds, peak bytes) of a command."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(said.decode())
    return time.perf_counter() - begin, 1024 * usage.ru_maxrss


if __name__ == "__main__":
    app.run(main)
