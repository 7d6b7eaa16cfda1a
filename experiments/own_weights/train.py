r"""Trains the weights that come with the package, measures them and packs them.

  python experiments/own_weights/train.py --sharp_dir=photographs --workdir=own_weights \
      --minutes=170 --validation_pairs=real_validation

Makes pairs from the photographs beside the training, trains `residual_unet` at a constant learning
rate, and goes on from where the last run in the same workdir stopped. The last part of the time is
a branch on which the learning rate falls to nothing; the next run goes on from before that branch,
so that training can be made longer at any time. Then it writes to the workdir

  packed.weights.h5  the weights in float16, for tfdeblur/pretrained
  curve.csv          step, hours and gain in dB on held-out synthetic and on real pairs
  real/              the evaluation of packed.weights.h5 on the folder of real pairs

On GPUs: KERAS_BACKEND=jax, with --batch_size=32 --minutes=11. Nothing of the real pairs is trained
on. SIGTERM saves and stops.
"""

import collections
import concurrent.futures
import csv
import itertools
import os
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np
from absl import flags

from tfdeblur import cli
from tfdeblur.errors import InputError

REQUIRED_FLAGS = ("sharp_dir", "workdir", "minutes")

_PREFETCHED = 8


def define_flags(flag_values):
    for name, default, help_text in (
        ("sharp_dir", None, "Folder of sharp photographs."),
        ("workdir", None, "Folder of the run; resumed if it is there."),
        ("validation_pairs", None, "Folder of real pairs to measure on: input/ and target/."),
        ("model", "residual_unet", "Preset to train."),
        ("precision", "float32", "float32 or bfloat16."),
    ):
        flags.DEFINE_string(name, default, help_text, flag_values=flag_values)
    for name, default, help_text in (
        ("minutes", None, "How long to train."),
        (
            "cooldown",
            0.15,
            "Fraction of the steps so far, and at most of the minutes, to end with.",
        ),
        ("learning_rate", 5e-4, "Of Adam, before the end."),
        ("ema", 0.999, "Decay of the averaged weights."),
    ):
        flags.DEFINE_float(name, default, help_text, flag_values=flag_values)
    for name, default, help_text in (
        ("batch_size", 4, "Crops a step."),
        ("crop_size", 192, "Height and width of a crop."),
        ("num_shards", 120, "Shards of pairs to make in all, 64 pairs each."),
        ("makers", 1, "Processes that make pairs."),
        ("report_every", 500, "Steps between two measurements."),
    ):
        flags.DEFINE_integer(name, default, help_text, flag_values=flag_values)


class Crops:
    """Endless batches of crops of the pairs in a pool, made by threads ahead of their use."""

    def __init__(self, folder, batch_size, crop_size, seed, num_threads):
        self._folder, self._batch_size, self._crop_size = folder, batch_size, crop_size
        self._seeds = itertools.count(seed)
        self._threads = concurrent.futures.ThreadPoolExecutor(num_threads)
        self._looked = 0.0
        self._shards: list = []
        self._ahead: collections.deque = collections.deque()

    def __next__(self):
        if time.monotonic() - self._looked > 30:
            self._shards, self._looked = pool.shards(self._folder), time.monotonic()
        while len(self._ahead) < _PREFETCHED:
            self._ahead.append(self._threads.submit(self._batch, next(self._seeds)))
        return self._ahead.popleft().result()

    def _batch(self, seed):
        rng = np.random.default_rng(seed)
        crops = np.stack([self._crop(rng) for _ in range(self._batch_size)])
        crops = crops.astype(np.float32) / 255
        return crops[:, 0], crops[:, 1]

    def _crop(self, rng):
        shard = self._shards[rng.integers(len(self._shards))]
        top, left = rng.integers(shard.shape[2] - self._crop_size + 1, size=2)
        pair = shard[
            rng.integers(len(shard)),
            :,
            top : top + self._crop_size,
            left : left + self._crop_size,
            rng.permutation(3),
        ]
        # An index that is an array moves its axis to the front.
        pair = np.moveaxis(pair, 0, -1)
        pair = np.rot90(pair, rng.integers(4), axes=(1, 2))
        return pair[:, :, ::-1] if rng.integers(2) else pair


class Run:
    """A network, its optimizer and averaged weights, and the file they go on from."""

    def __init__(self, flag_values):
        self.model = build_model(flag_values.model)
        self.optimizer = keras.optimizers.Adam(
            flag_values.learning_rate,
            use_ema=True,
            ema_momentum=flag_values.ema,
            global_clipnorm=1.0,
        )
        self.model.compile(self.optimizer, jit_compile=keras.backend.backend() == "jax")
        self.optimizer.build(self.model.trainable_variables)
        self.step, self.minutes = 0, 0.0
        self.file = Path(flag_values.workdir, "state.npz")
        if self.file.exists():
            with np.load(self.file) as state:
                self.step, self.minutes = int(state["step"]), float(state["minutes"])
                for i, variable in enumerate(self._variables()):
                    variable.assign(state[f"v{i}"])

    def _variables(self):
        return [*self.model.variables, *self.optimizer.variables]

    def save(self):
        unfinished = self.file.with_name("unfinished.state.npz")
        values = {f"v{i}": np.asarray(v) for i, v in enumerate(self._variables())}
        np.savez(unfinished, step=self.step, minutes=self.minutes, **values)
        unfinished.replace(self.file)

    def averaged(self):
        """A model with the averaged weights."""
        copy = type(self.model).from_config(self.model.get_config())
        copy.build((None, None, None, 3))
        averages = self.optimizer._model_variables_moving_average
        for variable, average in zip(copy.trainable_variables, averages, strict=True):
            variable.assign(average)
        return copy

    def train(self, crops, learning_rate):
        blur, sharp = next(crops)
        self.optimizer.learning_rate.assign(learning_rate)
        self.model.train_on_batch(blur, sharp)
        self.step += 1


def psnr_db(images, sharp):
    """Mean PSNR of float images in [0, 1], (n, h, w, 3)."""
    errors = np.mean(np.square(np.clip(images, 0, 1) - sharp), axis=(1, 2, 3))
    return float(np.mean(-10 * np.log10(np.maximum(errors, 1e-10))))


class Curve:
    """The gain of the averaged weights, measured now and then and kept in curve.csv."""

    def __init__(self, run, flag_values):
        self._run, self._file = run, Path(flag_values.workdir, "curve.csv")
        pairs = pool.held_out_pairs(flag_values.sharp_dir, 48).astype(np.float32) / 255
        self._sets = {"synthetic": [(p[None, 0], p[None, 1]) for p in pairs]}
        if flag_values.validation_pairs:
            # Every pair's middle part: enough to see the way, and a tenth of the time.
            self._sets["real"] = [
                tuple(_middle(image)[None] for image in pair)
                for pair in _read_pairs(flag_values.validation_pairs)
            ]

    def measure(self):
        model = self._run.averaged()
        row = [self._run.step, f"{self._run.minutes / 60:.3f}"]
        for pairs in self._sets.values():
            gains = [
                psnr_db(np.asarray(model.deblur(blur)), sharp) - psnr_db(blur, sharp)
                for blur, sharp in pairs
            ]
            row.append(f"{np.mean(gains):.3f}")
        is_new = not self._file.exists()
        with self._file.open("a", newline="") as file:
            if is_new:
                csv.writer(file).writerow(["step", "hours", *self._sets])
            csv.writer(file).writerow(row)
        print(*row, flush=True)


def _middle(image, height=448, width=640):
    top, left = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
    return image[top : top + height, left : left + width].astype(np.float32) / 255


def _read_pairs(folder):
    for file in sorted(Path(folder, "input").iterdir()):
        yield read_image(file).pixels, read_image(Path(folder, "target", file.name)).pixels


def _train_until(run, crops, curve, flag_values, deadline, learning_rate_at):
    """Trains until `deadline` (of time.monotonic) or until told to stop by `learning_rate_at`."""
    started, minutes = time.monotonic(), run.minutes
    while time.monotonic() < deadline and not _STOP.is_set():
        learning_rate = learning_rate_at(run.step)
        if learning_rate <= 0:
            break
        run.train(crops, learning_rate)
        run.minutes = minutes + (time.monotonic() - started) / 60
        if run.step % flag_values.report_every == 0:
            curve.measure()
            yield run


_STOP = threading.Event()


def main(flag_values, arguments):
    if arguments:
        raise InputError(f"Received {arguments[0]!r}; expected flags only (see --help).")
    global keras, pool, build_model, read_image
    import keras
    import pool

    from tfdeblur import build_model
    from tfdeblur.images.reader import read_image
    from tfdeblur.weights.files import save_weights
    from tfdeblur.weights.half_storage import store_in_half

    keras.config.set_dtype_policy(
        "mixed_bfloat16" if flag_values.precision == "bfloat16" else "float32"
    )
    workdir = Path(flag_values.workdir)
    makers = pool.start_makers(
        workdir / "pairs", flag_values.sharp_dir, flag_values.num_shards, flag_values.makers
    )
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: _STOP.set())
    deadline = time.monotonic() + 60 * flag_values.minutes
    try:
        run = Run(flag_values)
        while not pool.shards(workdir / "pairs"):
            time.sleep(1)
        crops = Crops(
            workdir / "pairs",
            flag_values.batch_size,
            flag_values.crop_size,
            run.step * 1000,
            max(1, (os.cpu_count() or 2) // 2),
        )
        curve = Curve(run, flag_values)
        constant = flag_values.learning_rate
        warm = lambda step: constant * min(1.0, (step + 1) / 200)  # noqa: E731
        end_of_constant = deadline - 60 * flag_values.minutes * flag_values.cooldown
        for state in _train_until(run, crops, curve, flag_values, end_of_constant, warm):
            state.save()
        run.save()
        started = time.monotonic()
        span = max(1.0, deadline - started)
        falling = lambda _: constant * (1 - (time.monotonic() - started) / span)  # noqa: E731
        for _ in _train_until(run, crops, curve, flag_values, deadline, falling):
            pass
        curve.measure()
    finally:
        for maker in makers:
            maker.terminate()
    save_weights(run.averaged(), workdir / "model.weights.h5")
    store_in_half(workdir / "model.weights.h5", workdir / "packed.weights.h5")
    return 0


if __name__ == "__main__":
    sys.exit(cli.run_module(sys.modules[__name__], Path(__file__).name))
