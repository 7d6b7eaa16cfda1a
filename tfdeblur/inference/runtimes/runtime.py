"""What every engine that executes a network has in common."""

import abc
from typing import TYPE_CHECKING, Any

from tfdeblur.errors import InputError

if TYPE_CHECKING:  # files run without Keras
    from tfdeblur.models import DeblurringModel


class Runtime(abc.ABC):
    """Executes one network on batches of images of any size.

    A runtime pads and crops by itself, and does nothing else: no conversion of
    integers, no clipping, no tiling. That is what `tfdeblur.inference.engine` is for.

    Attributes:
      name: of the engine, e.g. "keras", "onnxruntime" or "openvino".
      model: the `tfdeblur.models.DeblurringModel` it executes; None when it was read
        from an exported file.
      num_units: units of the network, 1 for all that are not stacks.
      depth: how many of them it runs, the first ones.
      working_bytes_per_pixel: peak memory of a call over its images' pixels, what the
        engine holds already not counted; measured on CPU in float32 at 1280x720 and
        rounded up.
      compiles_shapes: whether a call on a shape (batch, height, width) that is new to it
        compiles first, for seconds or minutes. Then equal shapes are worth some padding.
    """

    name: str
    model: Any = None
    num_units = 1
    depth = 1
    working_bytes_per_pixel = 500
    compiles_shapes = False

    @abc.abstractmethod
    def __call__(self, batch: Any) -> Any:
        """The restored images, of the final output only.

        Args:
          batch: (batch, height, width, 3) float32 in [0, 1], NumPy or a tensor; any
            batch, height and width from 2 on.

        Returns:
          The same shape in float32, not clipped: a NumPy array or a tensor, which a
          device may still be computing.
        """


class RuntimeAround(Runtime):
    """Another runtime with something done before and after; subclasses say what."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.name = runtime.name
        self.model = runtime.model
        self.num_units, self.depth = runtime.num_units, runtime.depth
        self.working_bytes_per_pixel = runtime.working_bytes_per_pixel
        self.compiles_shapes = runtime.compiles_shapes


def checked_depth(model: "DeblurringModel", depth: int | None) -> int:
    """How many units of `model` run when `depth` is asked for; None asks for all.

    Raises:
      InputError: for a depth that was not built.
    """
    if depth is None:
        return model.depth
    if not 1 <= depth <= model.depth:
        raise InputError(
            f"Received depth {depth}; expected 1 to {model.depth}, the units of {model.name}."
        )
    return depth
