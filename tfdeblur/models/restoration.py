"""What the units of a stack give and what they are given ([Zhang19] Sec. 3.3).

A unit is a network that can follow another of its kind: it has a method

    restore(x, carried=None) -> Restoration

on images shifted to [-0.5, 0.5]. In a stack, `x` is the output of the unit
before, and `carried` is what else the later unit learns from earlier ones. A
unit with nothing to pass on returns no features; one that cannot use what it is
given may ignore it.
"""

from typing import Any, NamedTuple


class Restoration(NamedTuple):
    """What one unit computed.

    Attributes:
      images: (b, h, w, 3) per level in the order of computation: residuals, and
        last the restored image.
      features: (b, h / 4, w / 4, 128) per level, finest level first, the patches joined.
    """

    images: list[Any]
    features: list[Any]

    @property
    def output(self):
        """The restored image, shifted to [-0.5, 0.5]."""
        return self.images[-1]


class Carried(NamedTuple):
    """What a unit of a stack receives from the units before it.

    Attributes:
      features: the features of the unit directly before, added level by level.
      first_output: the output of unit 1, added to the residual that enters the
        top level. Always of unit 1: the released weights of three and four
        units were trained so.
    """

    features: list[Any]
    first_output: Any
