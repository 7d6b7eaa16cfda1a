"""Restores NumPy images with a network."""

import copy
import functools
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import keras
import numpy as np

from tfdeblur.choices import SCALES
from tfdeblur.errors import InputError, is_count, require
from tfdeblur.inference.device_scope import device_scope
from tfdeblur.inference.ensemble import SelfEnsemble
from tfdeblur.inference.pixels import as_array, as_batch, as_dtype, as_unit_range, like
from tfdeblur.inference.runtimes.load import load_runtime
from tfdeblur.inference.runtimes.runtime import Runtime
from tfdeblur.inference.scale import choose_scale, enlarged_strips, reduce
from tfdeblur.inference.shape_buckets import ShapeBuckets
from tfdeblur.inference.size_limits import check_size, memory_errors_in_words
from tfdeblur.inference.tiling import Tiling, restored_strips
from tfdeblur.inference.turn import Turn
from tfdeblur.models import DeblurringModel
from tfdeblur.pretrained import default_ensemble

_log = logging.getLogger(__name__)


class Deblurrer:
    """Restores images of any height and width. Every app does it with this class.

    Where shapes are compiled one by one (XLA), sizes that the network pads to the same
    share one, and close sizes do if `bucket` says so. It serves as long as the object
    lives. Several threads may call one object; in the network they take turns, for one
    call has all processors already. Other processes get a copy with the network in it, by
    pickling, where they are spawned; in a forked one it refuses to run.

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
      scale: what an image is reduced by before it is restored, 1 to 4, for blur over more
        pixels than the network looks at; what changes is enlarged and added to the image.
        "auto" chooses for every image; see `tfdeblur.inference.scale`.
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
        model: str | os.PathLike | DeblurringModel | Runtime | None = None,
        weights: str | os.PathLike | None = None,
        depth: int | None = None,
        *,
        engine: str = "keras",
        precision: str | None = None,
        device: str | None = None,
        jit_compile: bool | None = None,
        bucket: int = 1,
        tile: int | str = "auto",
        overlap: int | None = None,
        scale: int | str = "auto",
        ensemble: int | None = None,
        batch_size: int = 1,
    ) -> None:
        for name, count in (("batch_size", batch_size), ("bucket", bucket)):
            require(is_count(count) and count >= 1, name, count, "a whole number of at least 1")
        is_scale = scale == "auto" or (is_count(scale) and scale in SCALES)
        require(is_scale, "scale", scale, "auto, 1, 2, 3 or 4")
        if ensemble is None:
            ensemble = default_ensemble(model, weights)
        self._tiling = Tiling(tile, overlap)
        self.settings: dict[str, Any] = {
            "engine": engine,
            "device": device,
            "jit_compile": jit_compile,
            "bucket": bucket,
            "tile": tile,
            "overlap": overlap,
            "scale": scale,
            "ensemble": ensemble,
            "batch_size": batch_size,
        }
        self.batch_size = batch_size
        self.ensemble = ensemble
        # At once they would take the memory of all, and TensorFlow has crashed.
        self._turn = Turn()
        runtime = load_runtime(model, weights, depth, engine, precision, device, jit_compile)
        bucketed = ShapeBuckets(runtime, bucket) if runtime.compiles_shapes else runtime
        self._exact = SelfEnsemble(runtime, ensemble)
        self._runtime = SelfEnsemble(bucketed, ensemble)

    @property
    def model(self) -> DeblurringModel | None:
        """The Keras model; None for a network that was read from an exported file."""
        return self._runtime.model

    @property
    def engine(self) -> str:
        """Name of what executes the network, e.g. "keras"."""
        return self._runtime.name

    @property
    def compiles_shapes(self) -> bool:
        """Whether the first image of a size waits for a compilation."""
        return self._runtime.compiles_shapes

    @property
    def depth(self) -> int:
        """Units that are run, of the `num_units` of a stack."""
        return self._runtime.depth

    @property
    def num_units(self) -> int:
        return self._runtime.num_units

    def at_depth(self, depth: int) -> "Deblurrer":
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

    def scale_of(self, image: Any) -> int:
        """The scale at which an image, as the call takes it, is restored."""
        return self._scale_of(self._checked(image))

    def _scale_of(self, image: np.ndarray) -> int:
        if self.settings["scale"] == "auto":
            return choose_scale(image, self._at_full_size)
        # No network restores a single pixel.
        return min(self.settings["scale"], max(1, min(image.shape[:2]) // 2))

    def at_scale_of(self, image: Any) -> "Deblurrer":
        """A Deblurrer of the same network that restores every image at the scale of this one.

        For the frames of a video, which must not change their scale from one to the next.
        """
        other = copy.copy(self)
        other.settings = {**self.settings, "scale": self.scale_of(image)}
        return other

    def __call__(self, image: Any, quantisation: str = "round") -> np.ndarray:
        """The restored image, of the shape and dtype of `image`.

        Args:
          image: (height, width), (height, width, 1) or (height, width, 3), gray
            or RGB, gamma-encoded as stored in files; uint8, uint16, or float
            in [0, 1]. NumPy's, Pillow's, or what NumPy can read, such as a tensor.
          quantisation: how the result becomes integers, one of
            `tfdeblur.choices.QUANTIZATIONS`; not used for float images.

        Raises:
          InputError: for anything else, for sizes outside
            `tfdeblur.inference.size_limits`, when memory runs out all the same, when
            the network gives NaN or infinite values, and in a forked process.
        """
        [restored] = self.restore_all([image], quantisation)
        return restored

    def restore_all(
        self, images: Iterable[Any], quantisation: str = "round", return_errors: bool = False
    ) -> Iterator[Any]:
        """Restores a stream of images in order, consecutive ones of one size together.

        What fails together, for lack of memory perhaps, is tried one by one.

        Args:
          images: of each what the call takes; up to `batch_size` of them are taken
            before the first result is given.
          quantisation: as for the call.
          return_errors: whether the `InputError` of an image that cannot be restored
            takes its place, and the others go on.

        Yields:
          One restored image after the other, each of the shape and dtype of its own.

        Raises:
          InputError: as the call, unless errors are returned.
        """
        for group in _equal_groups(map(self._checked_or_error, images), self.batch_size):
            for restored in self._restored_or_errors(group, quantisation):
                if isinstance(restored, InputError) and not return_errors:
                    raise restored
                yield restored

    def restore(self, batch: Any) -> Any:
        """The network alone: no conversion, no tiles, no buckets. What is timed and scored.

        Args:
          batch: (batch, height, width, 3) float32 in [0, 1].

        Returns:
          A tensor or NumPy array of that shape, not clipped. A device may still be
          computing it.

        Raises:
          ImageSizeError: for sizes that do not fit into memory in one piece.
        """
        return self._run(self._exact, batch, self._exact.working_bytes_per_pixel)

    def intermediate_images(self, image: Any) -> dict[str, np.ndarray]:
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
        look_into = functools.partial(self.model.intermediate_images, depth=self.depth)
        images = self._run(look_into, as_batch([image]), self.model.working_bytes_per_pixel)
        return {name: like(image, restored[0]) for name, restored in images.items()}

    def check_size(self, height: int, width: int) -> None:
        """Raises ImageSizeError unless an image of this size, in pixels, can be restored.

        For what is known of an image before it is read; to restore it checks by itself.
        """
        side = self._tile_side(height, width)
        piece = (height, width) if side is None else (min(height, side), min(width, side))
        check_size(*piece, self._runtime.working_bytes_per_pixel)

    def _checked(self, image: Any) -> np.ndarray:
        self._turn.check_process()
        return as_array(image)

    def _checked_or_error(self, image: Any) -> np.ndarray | InputError:
        try:
            return self._checked(image)
        except InputError as error:
            return error

    def _tile_side(self, height: int, width: int) -> int | None:
        return self._tiling.side_for(height, width, self._runtime.working_bytes_per_pixel)

    def _restored_or_errors(
        self, group: list[Any], quantisation: str
    ) -> Iterator[np.ndarray | InputError]:
        """Yields one for each of `_equal_groups`."""
        if isinstance(group[0], InputError):
            yield from group
            return
        try:
            scales = [self._scale_of(image) for image in group]
        except InputError as error:
            yield from [error] * len(group)
            return
        if max(scales) == 1:
            yield from self._restored_or_errors_at_full_size(group, quantisation)
            return
        for image, scale in zip(group, scales, strict=True):
            try:
                yield self._reduced(image, scale, quantisation)
            except InputError as error:
                yield error

    def _reduced(self, image: np.ndarray, scale: int, quantisation: str) -> np.ndarray:
        """The image restored at a scale: the change there, enlarged and added to it."""
        _log.info("%s restored at 1/%d of the size", _size_in_words(image.shape), scale)
        small = as_unit_range(reduce(image, scale))
        [restored] = self._at_full_size([small])
        result = np.empty_like(image)
        top = 0
        for change in enlarged_strips(restored - small, scale, image.shape):
            rows = slice(top, top + len(change))
            result[rows] = as_dtype(as_unit_range(image[rows]) + change, image.dtype, quantisation)
            top = rows.stop
        return result

    def _at_full_size(self, images: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        for image in images:
            [restored] = self._restored_or_errors_at_full_size([image], "float")
            if isinstance(restored, InputError):
                raise restored
            yield restored

    def _restored_or_errors_at_full_size(
        self, group: list[np.ndarray], quantisation: str
    ) -> Iterator[np.ndarray | InputError]:
        side = self._tile_side(*group[0].shape[:2])
        if side is not None:
            for image in group:
                try:
                    yield self._in_tiles(image, side, quantisation)
                except InputError as error:
                    yield error
            return
        try:
            together = self._at_once(group)
        except InputError as error:
            if len(group) == 1:
                yield error
            else:
                for image in group:
                    yield from self._restored_or_errors_at_full_size([image], quantisation)
            return
        for image, restored in zip(group, together, strict=True):
            yield like(image, restored, quantisation)

    def _at_once(self, images: list[np.ndarray]) -> np.ndarray:
        bytes_per_pixel = self._runtime.working_bytes_per_pixel
        restored = keras.ops.convert_to_numpy(
            self._run(self._runtime, as_batch(images), bytes_per_pixel)
        )
        # Integers have no NaN, so that a spoilt image would pass for a dark one.
        if not np.isfinite(restored).all():
            raise InputError(
                f"the network gave NaN or infinite values for {_size_in_words(images[0].shape)}; "
                "its weights are unusable, or too large for float16: choose the precision "
                "bfloat16 or float32."
            )
        return restored

    def _run(self, network: Callable[[Any], Any], batch: Any, bytes_per_pixel: float) -> Any:
        count, height, width, _ = batch.shape
        # Judged when it is its turn: what another thread holds is free again by then.
        with self._turn:
            check_size(height, width, bytes_per_pixel, count)
            what = _size_in_words(batch.shape[1:])
            with memory_errors_in_words(what), device_scope(self.settings["device"]):
                return network(batch)

    def _in_tiles(self, image: np.ndarray, side: int, quantisation: str) -> np.ndarray:
        result = np.empty_like(image)
        top = 0
        for strip in restored_strips(self._tiles, image, side, int(self._tiling.overlap or 0)):
            rows = slice(top, top + len(strip))
            result[rows] = like(image[rows], strip, quantisation)
            top = rows.stop
        return result

    def _tiles(self, tiles: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        for group in _equal_groups(tiles, self.batch_size):
            yield from self._at_once(group)


def _equal_groups(images: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Up to `size` consecutive images of one shape and dtype, or errors, at a time.

    It holds no more than that, so that the images may be a stream.
    """
    group: list[Any] = []
    for image in images:
        if group and (len(group) == size or _kind(image) != _kind(group[0])):
            yield group
            group = []
        group.append(image)
    if group:
        yield group


def _kind(image: np.ndarray | InputError) -> tuple | None:
    return None if isinstance(image, InputError) else (image.shape, image.dtype)


def _size_in_words(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape[1::-1])) + " pixels"
