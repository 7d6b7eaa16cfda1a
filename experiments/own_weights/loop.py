"""The training of our own weights: batches, state, curve, and the two stretches of a run."""

import collections
import concurrent.futures
import csv
import itertools
import os
import signal
import threading
import time
from pathlib import Path

import keras
import numpy as np
import pool

from tfdeblur import build_model
from tfdeblur.images.reader import read_image
from tfdeblur.weights.files import save_weights
from tfdeblur.weights.half_storage import store_in_half

_PREFETCHED = 8
_WARMUP_STEPS = 200
# Blurred images nearer to the sharp one than this are there to be left alone.
_STILL_PSNR_DB = 33


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
        pairs = [(pair[None, 0], pair[None, 1]) for pair in pairs]
        is_still = [psnr_db(*pair) > _STILL_PSNR_DB for pair in pairs]
        self._sets = {
            "synthetic": [pair for pair, still in zip(pairs, is_still, strict=True) if not still],
            "still": [pair for pair, still in zip(pairs, is_still, strict=True) if still],
        }
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
            row.append(f"{np.mean(gains):.3f}" if gains else "")
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


def train(flag_values):
    """Trains as the flags of train.py say, and writes the weights."""
    policy = "mixed_bfloat16" if flag_values.precision == "bfloat16" else "float32"
    keras.config.set_dtype_policy(policy)
    workdir, stop = Path(flag_values.workdir), threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    deadline = time.monotonic() + 60 * flag_values.minutes
    makers = pool.start_makers(
        workdir / "pairs", flag_values.sharp_dir, flag_values.num_shards, flag_values.makers
    )
    try:
        run = Run(flag_values)
        while not pool.shards(workdir / "pairs"):
            time.sleep(1)
        threads = max(1, (os.cpu_count() or 2) // 2)
        crops = Crops(
            workdir / "pairs",
            flag_values.batch_size,
            flag_values.crop_size,
            run.step * 1000,
            threads,
        )
        curve = Curve(run, flag_values)
        constant = flag_values.learning_rate

        def warmed_up():
            return constant * min(1.0, (run.step + 1) / _WARMUP_STEPS)

        end = deadline - 60 * flag_values.minutes * flag_values.cooldown
        for _ in _train_until(run, crops, curve, flag_values.report_every, end, warmed_up, stop):
            run.save()
        run.save()
        begin = time.monotonic()

        def falling():
            return constant * max(0.0, (deadline - time.monotonic()) / max(deadline - begin, 1e-6))

        # Not saved: the next run goes on from before.
        for _ in _train_until(run, crops, curve, flag_values.report_every, deadline, falling, stop):
            pass
        curve.measure()
    finally:
        for maker in makers:
            maker.terminate()
    save_weights(run.averaged(), workdir / "model.weights.h5")
    store_in_half(workdir / "model.weights.h5", workdir / "packed.weights.h5")


def _train_until(run, crops, curve, report_every, deadline, learning_rate, stop):
    """Trains until `deadline` (of time.monotonic); yields after every measurement."""
    while time.monotonic() < deadline and not stop.is_set():
        begin = time.monotonic()
        run.train(crops, learning_rate())
        run.minutes += (time.monotonic() - begin) / 60
        if run.step % report_every == 0:
            curve.measure()
            yield
