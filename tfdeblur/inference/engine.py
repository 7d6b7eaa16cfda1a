"""Restores NumPy images with a network."""

import threading

import keras
import numpy as np

from tfdeblur.errors import InputError, is_count, require
from tfdeblur.inference.device_scope import device_scope
from tfdeblur.inference.ensemble import SelfEnsemble
from tfdeblur.inference.equal_groups import equal_groups
from tfdeblur.inference.pixels import as_batch, check_image, like
from tfdeblur.inference.runtimes.load import load_runtime
from tfdeblur.inference.runtimes.runtime import depth_options
from tfdeblur.inference.shape_buckets import ShapeBuckets
from tfdeblur.inference.size_limits import check_memory, check_side, memory_errors_in_words
from tfdeblur.inference.tiling import Tiling, restored_strips
from tfdeblur.pretrained import default_ensemble


class Deblurrer:
    """Restores images of any height and width. Every app does it with this class.

    Where shapes are compiled one by one (XLA), sizes that the network pads to the same
    share one, and close sizes do if `bucket` says so. It serves as long as the object
    lives. Several threads may call one object; in the network they take turns, for one
    call has all processors already.

    Args:
      model: name of a preset, a built `tfdeblur.models.DeblurringModel`, or a `Runtime` such
        as `tfdeblur.inference.runtimes.saved_model.SavedModelRuntime`. None is the network
        that the weight file names, and without one `tfdeblur.pretrained.DEFAULT_MODEL`,
        whose weights come with this package.
      weights: path of a `.weights.h5` file. None is, for a preset, the weights that come
        with this package; a built model keeps its own.
      depth: for stacks, how many units to run; a preset is built, and its weights
        are read, only up to there. None is all.
      engine: what executes the network, one of
        `tfdeblur.choices.ENGINES`.
      precision: of a preset's arithmetic, one of `tfdeblur.choices.PRECISIONS`; a
        built model has its own.
      device: "cpu", "gpu", "gpu:1"; None leaves the choice to Keras.
      jit_compile: whether Keras compiles with XLA; None: on accelerators and with JAX.
      bucket: where shapes are compiled, sides are padded to multiples of so many pixels.
        More than 1 saves compilations and changes results: a DMPHN divides the padded
        image into patches.
      tile: longest side of a tile in pixels, "auto" or "none"; see `Tiling`.
      overlap: of tiles, in pixels; None is `tfdeblur.inference.tiling.DEFAULT_OVERLAP`,
        or half the tile if that is less.
      ensemble: copies of an image to restore and average; see `SelfEnsemble`. None is 1,
        or where neither model nor weights are named `tfdeblur.pretrained.DEFAULT_ENSEMBLE`.
      batch_size: images, or tiles, of one size that `restore_all` runs at once. Memory
        grows with it; only accelerators gain.

    The attribute `settings` has those after `depth` by name, except the precision, which
    the model has.

    Raises:
      InputError: for values other than these, and for a device, an engine or a weight
        file that cannot be used.

    Example:
      >>> deblur = Deblurrer()  # doctest: +SKIP
      >>> sharp = deblur(blurred)  # doctest: +SKIP
    """

    def __init__(
        self,
        model=None,
        weights=None,
        depth=None,
        *,
        engine="keras",
        precision=None,
        device=None,
        jit_compile=None,
        bucket=1,
        tile="auto",
        overlap=None,
        ensemble=None,
        batch_size=1,
    ):
        for name, count in (("batch_size", batch_size), ("bucket", bucket)):
            require(is_count(count) and count >= 1, name, count, "a whole number of at least 1")
        if ensemble is None:
            ensemble = default_ensemble(model, weights)
        self._tiling = Tiling(tile, overlap)
        self._device = device
        self.settings = {
            "engine": engine,
            "device": device,
            "jit_compile": jit_compile,
            "bucket": bucket,
            "tile": tile,
            "overlap": overlap,
            "ensemble": ensemble,
            "batch_size": batch_size,
        }
        self.batch_size = batch_size
        self.ensemble = ensemble
        # At once they would take the memory of all, and TensorFlow has crashed.
        self._turn = threading.Lock()
        runtime = load_runtime(model, weights, depth, engine, precision, device, jit_compile)
        bucketed = ShapeBuckets(runtime, bucket) if runtime.compiles_shapes else runtime
        self._exact = SelfEnsemble(runtime, ensemble)
        self._runtime = SelfEnsemble(bucketed, ensemble)

    @property
    def model(self):
        """The Keras model; None for a network that was read from an exported file."""
        return self._runtime.model

    @property
    def engine(self):
        """Name of what executes the network, e.g. "keras"."""
        return self._runtime.name

    @property
    def compiles_shapes(self):
        """Whether the first image of a size waits for a compilation."""
        return self._runtime.compiles_shapes

    @property
    def depth(self):
        """Units that are run, of the `num_units` of a stack."""
        return self._runtime.depth

    @property
    def num_units(self):
        return self._runtime.num_units

    def at_depth(self, depth):
        """A Deblurrer of the same network and settings that runs `depth` units.

        Raises:
          InputError: for a depth that is not built, and for an exported network.
        """
        if self.model is None:
            raise InputError(
                f"Received depth {depth} for an exported network; expected none, for it has the "
                "depth it was exported with."
            )
        other = Deblurrer(self.model, depth=depth, **self.settings)
        other._turn = self._turn  # it is the same network
        return other

    def __call__(self, image, quantisation="round"):
        """The restored image, of the shape and dtype of `image`.

        Args:
          image: (height, width), (height, width, 1) or (height, width, 3), gray
            or RGB, gamma-encoded as stored in files; uint8, uint16, or float
            in [0, 1].
          quantisation: how the result becomes integers, one of
            `tfdeblur.choices.QUANTIZATIONS`; not used for float images.

        Raises:
          InputError: for another shape or dtype, for sizes outside
            `tfdeblur.inference.size_limits`, when memory runs out all the same, and
            when the network gives NaN or infinite values.
        """
        [restored] = self.restore_all([image], quantisation)
        return restored

    def restore_all(self, images, quantisation="round"):
        """Restores a stream of images in order, consecutive ones of one size together.

        Args:
          images: an iterable of images as for the call; up to `batch_size` of them are
            taken before the first result is given.
          quantisation: as for the call.

        Yields:
          One restored image after the other, each of the shape and dtype of its own.

        Raises:
          InputError: as the call.
        """
        checked = map(self._checked, images)
        for group in equal_groups(checked, _shape_and_dtype, self.batch_size):
            side = self._tile_side(*group[0].shape[:2])
            if side is None:
                for image, restored in zip(group, self._at_once(group), strict=True):
                    yield like(image, restored, quantisation)
            else:
                for image in group:
                    yield self._in_tiles(image, side, quantisation)

    def restore(self, batch):
        """The network alone: no conversion, no tiles, no buckets. What is timed and scored.

        Args:
          batch: (batch, height, width, 3) float32 in [0, 1].

        Returns:
          A tensor or NumPy array of that shape, not clipped. A device may still be
          computing it.

        Raises:
          ImageSizeError: for sizes that do not fit into memory in one piece.
        """
        _, height, width, _ = batch.shape
        check_side(height, width)
        return self._run(self._exact, batch)

    def intermediate_images(self, image):
        """What the network computes on the way, by name, the restored image last.

        The whole image at once, by Keras and operation by operation: for looking into a
        network, not for speed.

        Args:
          image: as for the call.

        Returns:
          A dict from readable name to image of the dtype of `image`; residuals
          are shown around mid-gray.

        Raises:
          InputError: as the call, and for a network from an exported file.
        """
        if self.model is None:
            raise InputError(
                f"Received a network that {self._runtime.name} has from a file, which gives only "
                "the restored image; expected a preset with weights for the intermediate ones."
            )
        image = self._checked(image)
        height, width = image.shape[:2]
        options = depth_options(self.model, self.depth)
        with self._turn:
            # In one piece, whatever the tiling.
            check_memory(height, width, self.model.working_bytes_per_pixel)
            what = _size_in_words(image.shape)
            with memory_errors_in_words(what), device_scope(self._device):
                images = self.model.intermediate_images(as_batch([image]), **options)
        return {name: like(image, restored[0]) for name, restored in images.items()}

    def check_size(self, height, width):
        """Raises ImageSizeError unless an image of this size, in pixels, can be restored."""
        side = self._tile_side(height, width)
        piece = (height, width) if side is None else (min(height, side), min(width, side))
        check_side(height, width)
        check_memory(*piece, self._runtime.working_bytes_per_pixel)

    def _checked(self, image):
        image = np.asarray(image)
        check_image(image)
        check_side(*image.shape[:2])
        return image

    def _tile_side(self, height, width):
        return self._tiling.side_for(height, width, self._runtime.working_bytes_per_pixel)

    def _at_once(self, images):
        restored = keras.ops.convert_to_numpy(self._run(self._runtime, as_batch(images)))
        # Integers have no NaN, so that a spoilt image would pass for a dark one.
        if not np.isfinite(restored).all():
            raise InputError(
                f"the network gave NaN or infinite values for {_size_in_words(images[0].shape)}; "
                "its weights are unusable, or too large for float16: choose the precision "
                "bfloat16 or float32."
            )
        return restored

    def _run(self, runtime, batch):
        count, height, width, _ = batch.shape
        # Judged when it is its turn: what another thread holds is free again by then.
        with self._turn:
            check_memory(height, width, count * runtime.working_bytes_per_pixel)
            what = _size_in_words(batch.shape[1:])
            with memory_errors_in_words(what), device_scope(self._device):
                return runtime(batch)

    def _in_tiles(self, image, side, quantisation):
        result = np.empty_like(image)
        top = 0
        for strip in restored_strips(self._tiles, image, side, self._tiling.overlap):
            rows = slice(top, top + len(strip))
            result[rows] = like(image[rows], strip, quantisation)
            top = rows.stop
        return result

    def _tiles(self, tiles):
        for group in equal_groups(tiles, _shape_and_dtype, self.batch_size):
            yield from self._at_once(group)


def _shape_and_dtype(image):
    return image.shape, image.dtype


def _size_in_words(shape):
    return "x".join(map(str, shape[1::-1])) + " pixels"
