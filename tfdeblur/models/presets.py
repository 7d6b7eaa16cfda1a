"""The networks that have a name.

A preset is a class of `tfdeblur.models` and those of its arguments that are not the defaults. A
network that is an argument of another, the unit of a stack, is named by its own preset.

[Zhang19] is DMPHN, [Gao19] is PSS-NSC, [Chen22] is NAFNet, whose presets have the local pooling
that its release tests with. Four units in a nested module are those of [Gao19]'s
release, three those of the paper's counts; for "SE Sharing" the paper states 2.84 M parameters,
which neither has.
"""

from typing import Any, NamedTuple

from tfdeblur.errors import InputError, nearest_first
from tfdeblur.models.architecture import architecture_of, completed, construct


class Preset(NamedTuple):
    """A network's class by name, its arguments, the row of a paper that it is, its parameters."""

    class_name: str
    arguments: dict[str, Any]
    row: str
    num_parameters: int


# Narrow and with a skip, for the quick start.
_SMALL = {"filters": (16, 32, 64), "blocks_per_stage": 1, "global_skip": True}
# Residual, with a network at half the resolution alone; its weights come with the package.
_LIGHT = {
    "filters": ((32, 64), ()),
    "blocks_per_stage": ((0, 4), ()),
    "global_skip": True,
    "initialisation": "variance_preserving",
}
_INDEP = {"across_scales": "none", "within_stage": False}
_SHARING = {"across_scales": "all", "within_stage": False}

# fmt: off
PRESETS = {
    "dmphn_1": Preset(
        "DMPHN", {"levels": (1,)}, "[Zhang19] Table 1, DMPHN(1)", 1_808_131),
    "dmphn_1_1_1": Preset(
        "DMPHN", {"levels": (1, 1, 1)}, "[Zhang19] Table 1, DMPHN(1-1-1)", 5_424_393),
    "dmphn_1_2": Preset(
        "DMPHN", {"levels": (1, 2)}, "[Zhang19] Table 1, DMPHN(1-2)", 3_616_262),
    "dmphn_1_2_4": Preset(
        "DMPHN", {"levels": (1, 2, 4)}, "[Zhang19] Table 1, DMPHN(1-2-4)", 5_424_393),
    "dmphn_1_2_4_8": Preset(
        "DMPHN", {"levels": (1, 2, 4, 8)}, "[Zhang19] Table 1, DMPHN(1-2-4-8)", 7_232_524),
    "dmphn_1_2_4_8_16": Preset(
        "DMPHN", {"levels": (1, 2, 4, 8, 16)}, "[Zhang19] Table 1, DMPHN(1-2-4-8-16)", 9_040_655),
    "dmphn_1_4_16": Preset(
        "DMPHN", {"levels": (1, 4, 16)}, "[Zhang19] Table 1, DMPHN(1-4-16)", 5_424_393),
    "dmphn_1_2_ws": Preset(
        "DMPHN", {"levels": (1, 2), "weight_sharing": True},
        "[Zhang19] Table 4, DMPHN(1-2)-WS", 1_808_131),
    "dmphn_1_2_4_ws": Preset(
        "DMPHN", {"levels": (1, 2, 4), "weight_sharing": True},
        "[Zhang19] Table 4, DMPHN(1-2-4)-WS", 1_808_131),
    "dmphn_1_2_4_8_ws": Preset(
        "DMPHN", {"levels": (1, 2, 4, 8), "weight_sharing": True},
        "[Zhang19] Table 4, DMPHN(1-2-4-8)-WS", 1_808_131),
    "dmphn_1_2_small": Preset(
        "DMPHN", {"levels": (1, 2), **_SMALL}, "no row of a paper", 518_022),
    "vmphn": Preset(
        "VMPHN", {"levels": (1, 2, 4)}, "[Zhang19] Table 1, VMPHN", 10_848_786),
    "stack2_dmphn": Preset(
        "Stack", {"unit": "dmphn_1_2_4", "num_units": 2},
        "[Zhang19] Table 1, Stack(2)-DMPHN", 10_848_786),
    "stack3_dmphn": Preset(
        "Stack", {"unit": "dmphn_1_2_4", "num_units": 3},
        "[Zhang19] Table 1, Stack(3)-DMPHN", 16_273_179),
    "stack4_dmphn": Preset(
        "Stack", {"unit": "dmphn_1_2_4", "num_units": 4},
        "[Zhang19] Table 1, Stack(4)-DMPHN", 21_697_572),
    "stack2_vmphn": Preset(
        "Stack", {"unit": "vmphn", "num_units": 2},
        "[Zhang19] Table 1, Stack(2)-VMPHN", 21_697_572),
    "dmsn_1": Preset(
        "DMSN", {"num_scales": 1}, "[Zhang19] Table 2, DMSN(1)", 1_808_131),
    "dmsn_2": Preset(
        "DMSN", {"num_scales": 2}, "[Zhang19] Table 2, DMSN(2)", 3_617_273),
    "dmsn_3": Preset(
        "DMSN", {"num_scales": 3}, "[Zhang19] Table 2, DMSN(3)", 5_426_415),
    "dmsn_2_light": Preset(
        "DMSN", {"num_scales": 2, **_LIGHT}, "no row of a paper", 643_907),
    "pss_nsc": Preset(
        "PSSNSC", {"units": 4}, "[Gao19] Table 1, SE Sharing; Table 2, Nested", 3_871_715),
    "pss_nsc_3units": Preset(
        "PSSNSC", {"units": 3}, "[Gao19] Table 1, SE Sharing, with 3 units", 3_096_675),
    "pss_nsc_se_wo_is": Preset(
        "PSSNSC", {"units": 4, "within_stage": False},
        "[Gao19] Table 1, SE Sharing w/o IS, with 4 units", 6_971_875),
    "pss_nsc_se_wo_is_3units": Preset(
        "PSSNSC", {"units": 3, "within_stage": False},
        "[Gao19] Table 1, SE Sharing w/o IS", 5_421_795),
    "pss_nsc_sharing": Preset(
        "PSSNSC", {"units": 4, **_SHARING}, "[Gao19] Table 1, Sharing, with 4 units", 6_457_505),
    "pss_nsc_sharing_3units": Preset(
        "PSSNSC", {"units": 3, **_SHARING}, "[Gao19] Table 1, Sharing", 4_907_425),
    "pss_nsc_indep": Preset(
        "PSSNSC", {"units": 4, **_INDEP}, "[Gao19] Table 1, Indep., with 4 units", 19_372_515),
    "pss_nsc_indep_3units": Preset(
        "PSSNSC", {"units": 3, **_INDEP}, "[Gao19] Table 1, Indep.", 14_722_275),
    "pss_nsc_plain": Preset(
        "PSSNSC", {"transformation": "plain"}, "[Gao19] Table 2, Plain", 3_871_715),
    "pss_nsc_resblock": Preset(
        "PSSNSC", {"transformation": "residual"}, "[Gao19] Table 2, ResBlock", 3_871_715),
    "pss_nsc_denseblock": Preset(
        "PSSNSC", {"transformation": "dense"}, "[Gao19] Table 2, DenseBlock", 1_836_899),
    "residual_unet": Preset(
        "ResidualUNet", {}, "no row of a paper", 3_077_996),
    "nafnet_width32": Preset(
        "NAFNet", {"width": 32, "local_pooling": True},
        "[Chen22] GoPro, width 32", 17_111_907),
    "nafnet_width64": Preset(
        "NAFNet", {"width": 64, "local_pooling": True},
        "[Chen22] GoPro, width 64", 67_888_835),
}
# fmt: on


def list_models():
    """The names that `build_model` knows, sorted."""
    return sorted(PRESETS)


def architecture(name, /, **overrides):
    """The architecture of a preset, with other values for some arguments of its class.

    Raises:
      InputError: for a name that no network has; those that are known are listed, the nearest
        first.
    """
    name = str(name)
    if name not in PRESETS:
        if name.endswith((".gin", ".h5")):
            raise InputError(
                f"Received {name} as the model: no name of a network; expected its weight file "
                "alone, as the weights: a weight file says itself which network it is of."
            )
        raise InputError(
            f"Received model {name!r}: no such network; expected one of: "
            f"{', '.join(nearest_first(name, PRESETS))}."
        )
    whole = {"class": PRESETS[name].class_name, **PRESETS[name].arguments, **overrides}
    unit = whole.get("unit")
    if isinstance(unit, str):
        whole["unit"] = architecture(unit)
    elif hasattr(unit, "get_config"):
        whole["unit"] = architecture_of(unit)
    return whole


def build_model(name, depth=None, **overrides):
    """A new, built model of a preset, with freshly initialised weights.

    Args:
      name: a preset such as "dmphn_1_2_4"; `list_models()` has all.
      depth: for stacks, how many of the units to build; None is all.
      **overrides: arguments of the preset's class, in place of those of the preset.

    Returns:
      A `tfdeblur.models.DeblurringModel` with its variables created.

    Raises:
      InputError: for an unknown name or argument, with the nearest that are known, and for
        a depth that the network does not have.
    """
    model = unbuilt_network(architecture(name, **overrides), depth)
    model.build((None, None, None, 3))
    return model


def unbuilt_network(of, depth=None):
    """The network of an architecture, named after its preset or else its class.

    Args:
      of: class and arguments, see `tfdeblur.models.architecture`.
      depth: as for `build_model`.
    """
    whole = completed(of)
    alike = (name for name in list_models() if completed(architecture(name)) == whole)
    name = next(alike, whole["class"].lower())
    if depth is None:
        return construct(of, name=name)
    num_units = whole.get("num_units", 1)
    if not 1 <= depth <= num_units:
        raise InputError(f"Received depth {depth}; expected 1 to {num_units}, the units of {name}.")
    return construct(of, name=name, **({"depth": depth} if "num_units" in whole else {}))
