"""Stacks of networks, each refining what the one before restored.

[Zhang19] Sec. 3.3 stacks whole networks rather than adding levels, and calls
it a generic framework: "other deep deblurring methods can be stacked in the
similar manner". What a network must offer to be stacked is written down in
`tfdeblur.models.restoration`.
"""

import keras

from tfdeblur.models.deblurring_model import DeblurringModel
from tfdeblur.models.dmphn import MEAN_VALUE, named_levels
from tfdeblur.models.restoration import Carried
from tfdeblur.ops.padding import check_multiple


@keras.saving.register_keras_serializable(package="tfdeblur")
class Stack(DeblurringModel):
    """Stack(k): k units of the same architecture, each with its own weights.

    With o_0 the blurred image, f_j the features and o_j the output of unit j, and
    R the unit's `restore`:

        o_1, f_1 = R_1(o_0)
        o_j, f_j = R_j(o_{j-1}, carried = (f_{j-1}, o_1))      for j = 2 .. k

    The output of a unit replaces the blurred image for the next. Every output is
    trained towards the sharp image ([Zhang19] Eq. (11)), so that the first d
    units of a trained stack are a network of their own: less depth is less time.

    Source: Zhang et al. 2019, Sec. 3.3, Fig. 5, Eqs. (10)-(11).
    Deviations: the paper does not say what a later unit adds to the residual that
      enters its top level. The release adds the output of unit 1, in every later
      unit, and its weights need that; so it is here.

    Args:
      unit: an unbuilt network with a `restore` method; its configuration is
        copied for every unit.
      num_units: k, the units of the trained network.
      depth: how many of them to build, the first ones; None is all.

    Input shape:
      (batch, height, width, 3), RGB float in [0, 1]; multiples as for the unit.
    Output shape:
      A list of `depth` tensors of the input's shape, in [0, 1], not clipped.

    Raises:
      ValueError: for a depth that is not in 1 .. num_units.

    Example:
      >>> model = Stack(DMPHN(levels=(1, 2, 4)), num_units=2)
      >>> first, second = model(keras.ops.zeros((1, 64, 64, 3)))
      >>> quick = model.deblur(keras.ops.zeros((1, 65, 97, 3)), depth=1)
    """

    # The features and the output that are handed on come on top of a unit's own.
    working_bytes_per_pixel = 900

    def __init__(self, unit, num_units=2, depth=None, **kwargs):
        super().__init__(**kwargs)
        self.num_units = num_units
        self.depth = self._checked_depth(depth, num_units)
        self.unit_config = keras.saving.serialize_keras_object(unit)
        self.units = [_copy(unit, name=f"unit_{i}") for i in range(1, self.depth + 1)]

    @property
    def num_outputs(self):
        return self.depth

    @property
    def size_multiple(self):
        return self.units[0].size_multiple

    def build(self, input_shape):
        for unit in self.units:
            unit.build(input_shape)

    def call(self, blur, depth=None):
        """The outputs of the first `depth` units; None is all that were built."""
        check_multiple(blur, self.size_multiple)
        restorations = self._restorations(blur - MEAN_VALUE, depth)
        return [restoration.output + MEAN_VALUE for restoration in restorations]

    def named_images(self, blur, depth=None):
        return {
            f"unit_{i}_{name}": image
            for i, restoration in enumerate(self._restorations(blur - MEAN_VALUE, depth), start=1)
            for name, image in named_levels(restoration.images).items()
        }

    def _restorations(self, x, depth=None):
        """Yields the `Restoration` of unit after unit.

        What the next unit does not need is let go of, so that memory does not
        grow with the depth.
        """
        first_output = carried = None
        for unit in self.units[: self._checked_depth(depth, self.depth)]:
            restoration = unit.restore(x, carried=carried)
            x = restoration.output
            first_output = x if first_output is None else first_output
            carried = Carried(restoration.features, first_output)
            yield restoration
            del restoration

    @staticmethod
    def _checked_depth(depth, num_units):
        depth = num_units if depth is None else depth
        if not 1 <= depth <= num_units:
            raise ValueError(
                f"Received depth={depth}; expected 1 to {num_units}, the stack's units."
            )
        return depth

    def get_config(self):
        return {
            **super().get_config(),
            "unit": self.unit_config,
            "num_units": self.num_units,
            "depth": self.depth,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        unit = keras.saving.deserialize_keras_object(config["unit"], custom_objects)
        return cls(**{**config, "unit": unit})


def _copy(unit, name):
    return type(unit).from_config({**unit.get_config(), "name": name})
