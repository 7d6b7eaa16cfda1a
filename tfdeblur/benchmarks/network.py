"""How fast a network restores images of one size."""

import statistics

import keras

from tfdeblur.benchmarks.backend import synchronised
from tfdeblur.benchmarks.machine_peak import MatrixProduct
from tfdeblur.benchmarks.memory import PeakMemory, memory_for
from tfdeblur.benchmarks.multiply_adds import multiply_adds
from tfdeblur.benchmarks.timing import Seconds, measure_seconds, seconds_of
from tfdeblur.models.precision import precision_scope
from tfdeblur.models.presets import build_model
from tfdeblur.system.environment import environment
from tfdeblur.system.xla import default_jit_compile


def measure_network(
    name,
    height=720,
    width=1280,
    batch_size=1,
    depth=None,
    precision="float32",
    jit_compile=None,
    runs=5,
    warmup=1,
):
    """Times `model.deblur` on images that are in the device's memory already.

    Weights are random; they change neither time nor memory. The second half of the
    runs takes turns with the matrix product, so that a machine whose speed drifts
    slows both and the share stays what it is.

    Args:
      name: a preset.
      height: of the images, in pixels.
      width: of the images, in pixels.
      batch_size: images at a time.
      depth: for stacks, how many units; None is all.
      precision: one of `tfdeblur.choices.PRECISIONS`.
      jit_compile: whether to compile with XLA; None is `default_jit_compile()`.
      runs: how often to time.
      warmup: how often to run before, at least 1.

    Returns:
      A dict of plain values: the settings, the seconds of one run (a batch), the
      multiply-adds of one run, what a matrix product reached and the share of it
      (medians over the turns), the memory, and the environment.

    Raises:
      InputError: for an unknown name or depth, and for sizes that are too small or do
        not fit into memory.
    """
    jit_compile = default_jit_compile() if jit_compile is None else jit_compile
    with precision_scope(precision):
        model = build_model(name, depth)
    with memory_for(model, batch_size, height, width):
        blur = keras.random.uniform((batch_size, height, width, 3), seed=1)
        memory = PeakMemory()
        restore = synchronised(model.deblur, jit_compile, model.variables)
        alone = measure_seconds(lambda: restore(blur), runs // 2, warmup)
        # Before the matrix product takes memory of its own.
        measured_memory = memory.report()
        product = MatrixProduct(precision)
        beside, peaks = _in_turn(lambda: restore(blur), product, runs - runs // 2)
    count = batch_size * multiply_adds(model, height, width)
    seconds = Seconds(alone.first, (*alone.timed, *beside))
    shares = [count / s / peak for s, peak in zip(beside, peaks, strict=True)]
    return {
        "what": "network",
        "model": name,
        "depth": model.depth,
        "height": height,
        "width": width,
        "batch_size": batch_size,
        "precision": precision,
        "jit_compile": jit_compile,
        **seconds.report(),
        "multiply_adds": count,
        "multiply_adds_per_second": count / seconds.median,
        "machine_peak_multiply_adds_per_second": statistics.median(peaks),
        "machine_peak_matrix_size": product.size,
        "share_of_machine_peak": statistics.median(shares),
        **measured_memory,
        **environment(),
    }


def _in_turn(run, product, rounds):
    """Seconds of `rounds` runs, and the multiply-adds per second of the product after each."""
    pairs = [(seconds_of(run), product.multiply_adds_per_second()) for _ in range(rounds)]
    return zip(*pairs, strict=True)
