"""Parameter selective sharing: which places of a network use the same layer object.

A multi-scale network runs one encoder-decoder at every scale. [Gao19] asks of
each of its layers whether its task depends on the scale. Extracting features
and reconstructing images do, because an image's statistics change with its
size; transforming blurred features into sharp ones does not. So the first two
get weights of their own at every scale and the transformations one set for all
(Sec. 3.2). Within a stage, the transformations are one module applied again.

`SharingRule.key` is all of it. Sharing weights means using one layer object in
several places, which Keras counts once and saves once; `LayerBank` makes it.
"""

import dataclasses

FEATURE_EXTRACTION = "feature_extraction"
ENCODER_TRANSFORMATION = "encoder_transformation"
DECODER_TRANSFORMATION = "decoder_transformation"
RECONSTRUCTION = "reconstruction"

ACROSS_SCALES = ("selective", "none", "all")

_TRANSFORMATIONS = (ENCODER_TRANSFORMATION, DECODER_TRANSFORMATION)


@dataclasses.dataclass(frozen=True)
class SharingRule:
    """The rule of sharing, a pure function with two settings.

    Source: Gao et al. 2019, Table 1.

    Attributes:
      across_scales: what all scales share: "selective", the transformations
        only; "none"; "all", everything.
      within_stage: whether a stage's transformations are one module used again.

    Raises:
      ValueError: for an unknown `across_scales`.
    """

    across_scales: str = "selective"
    within_stage: bool = True

    def __post_init__(self):
        if self.across_scales not in ACROSS_SCALES:
            raise ValueError(
                f"Received across_scales={self.across_scales!r}; "
                f"expected one of {', '.join(ACROSS_SCALES)}."
            )

    def key(self, role, stage, scale, repeat):
        """Name of the layer that serves at a place; equal names are one layer.

        Args:
          role: one of the role names of this module.
          stage: 1 for the finest resolution.
          scale: 0 for the coarsest.
          repeat: 1 for the first layer of this role in the stage.

        Returns:
          The role and stage, with "_scale_i" if the layer is the scale's own and
          "_module_k" if it is that repetition's own.
        """
        is_transformation = role in _TRANSFORMATIONS
        all_scales = self.across_scales == "all" or (
            self.across_scales == "selective" and is_transformation
        )
        key = f"{role}_{stage}"
        if not all_scales:
            key += f"_scale_{scale}"
        if is_transformation and not self.within_stage:
            key += f"_module_{repeat}"
        return key


class LayerBank:
    """Makes each layer of a `SharingRule` once and hands it out wherever it serves.

    Args:
      rule: the `SharingRule`.
      create: called as create(role, stage, name) for each new layer.

    Example:
      >>> bank = LayerBank(SharingRule(), lambda role, stage, name: keras.layers.ReLU(name=name))
      >>> place = ("encoder_transformation", 1)
      >>> bank.layer(*place, scale=0, repeat=1) is bank.layer(*place, scale=2, repeat=2)
      True
    """

    def __init__(self, rule, create):
        self._rule = rule
        self._create = create
        self._layers = {}

    def layer(self, role, stage, scale, repeat=1):
        """The layer object for a place; see `SharingRule.key` for the arguments."""
        key = self._rule.key(role, stage, scale, repeat)
        if key not in self._layers:
            self._layers[key] = self._create(role, stage, key)
        return self._layers[key]
