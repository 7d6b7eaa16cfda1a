"""The sharing rule of [Gao19], every place of a network against a table."""

import itertools

import pytest

from tfdeblur.layers.sharing import (
    DECODER_TRANSFORMATION,
    ENCODER_TRANSFORMATION,
    FEATURE_EXTRACTION,
    RECONSTRUCTION,
    LayerBank,
    SharingRule,
)

PLACES = [
    (role, stage, scale, repeat)
    for role, repeats in (
        (FEATURE_EXTRACTION, (1,)),
        (ENCODER_TRANSFORMATION, (1, 2)),
        (DECODER_TRANSFORMATION, (1, 2)),
        (RECONSTRUCTION, (1,)),
    )
    for stage, scale, repeat in itertools.product((1, 2, 3), (0, 1, 2), repeats)
]


@pytest.mark.parametrize(
    ("across_scales", "within_stage", "num_scale_layers", "num_modules"),
    [
        ("selective", True, 3 * 6, 6),
        ("selective", False, 3 * 6, 2 * 6),
        ("all", False, 6, 2 * 6),
        ("all", True, 6, 6),
        ("none", False, 3 * 6, 3 * 2 * 6),
        ("none", True, 3 * 6, 3 * 6),
    ],
)
def test_number_of_layers(across_scales, within_stage, num_scale_layers, num_modules):
    rule = SharingRule(across_scales, within_stage)
    keys = {rule.key(*place) for place in PLACES}
    assert sum("transformation" in key for key in keys) == num_modules
    assert len(keys) == num_modules + num_scale_layers


def test_layers_of_different_roles_or_stages_are_never_shared():
    for across_scales, within_stage in itertools.product(("selective", "none", "all"), (0, 1)):
        rule = SharingRule(across_scales, bool(within_stage))
        owners = {}
        for role, stage, scale, repeat in PLACES:
            owner = owners.setdefault(rule.key(role, stage, scale, repeat), (role, stage))
            assert owner == (role, stage)


def test_keys_say_whose_a_layer_is():
    assert SharingRule().key(ENCODER_TRANSFORMATION, 2, 0, 1) == "encoder_transformation_2"
    assert SharingRule().key(RECONSTRUCTION, 1, 2, 1) == "reconstruction_1_scale_2"
    independent = SharingRule("none", within_stage=False)
    key = independent.key(DECODER_TRANSFORMATION, 3, 1, 2)
    assert key == "decoder_transformation_3_scale_1_module_2"


def test_unknown_sharing_is_refused():
    with pytest.raises(ValueError, match=r"Received across_scales='some'; expected one of sele"):
        SharingRule("some")


def test_bank_makes_each_layer_once():
    made = []
    bank = LayerBank(SharingRule(), lambda *place: made.append(place) or object())
    first = bank.layer(ENCODER_TRANSFORMATION, 1, scale=0, repeat=1)
    assert bank.layer(ENCODER_TRANSFORMATION, 1, scale=2, repeat=2) is first
    assert bank.layer(FEATURE_EXTRACTION, 1, scale=0) is not bank.layer(
        FEATURE_EXTRACTION, 1, scale=1
    )
    assert made == [
        (ENCODER_TRANSFORMATION, 1, "encoder_transformation_1"),
        (FEATURE_EXTRACTION, 1, "feature_extraction_1_scale_0"),
        (FEATURE_EXTRACTION, 1, "feature_extraction_1_scale_1"),
    ]
