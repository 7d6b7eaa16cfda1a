"""The weights of the PSS-NSC release ([Gao19]; a TensorFlow 1 checkpoint).

A checkpoint is a prefix: `deblur_model` means `deblur_model.index` and
`deblur_model.data-00000-of-00001`. Beside the network's tensors (`g_net/...`) it
holds the state of training, which is left out.

In the release's names, `enc2_1_0` is the feature extraction of stage 2 at scale
0, `enc2_2/d3/conv1` the first convolution of the third unit of that stage's
nested module. The layers that reconstruct are numbered by the stage they lead
to: `dec1_3_0` leads from stage 2 to stage 1, and `dec1_0_0` to the image.
"""

import re
from pathlib import Path

import keras
import numpy as np

from tfdeblur.errors import InputError, shown
from tfdeblur.layers.sharing import (
    DECODER_TRANSFORMATION,
    ENCODER_TRANSFORMATION,
    FEATURE_EXTRACTION,
    RECONSTRUCTION,
)
from tfdeblur.weights.importers.tensor_bundle import TensorBundle

NAME = "the PSS-NSC release (a TensorFlow checkpoint)"
FAMILIES = ("PSSNSC",)

_TRAINING_STATE = re.compile(r"(.*/Adam(_1)?|beta[12]_power|Variable)")


def recognizes(source: Path) -> bool:
    """Says whether `source` is the prefix of a TensorFlow checkpoint."""
    return not source.is_dir() and source.with_name(f"{source.name}.index").is_file()


def expected_variables(model: keras.Model) -> dict[str, keras.Variable]:
    """Maps release name -> Keras variable, for every variable of a `PSSNSC`.

    Raises:
      InputError: when the model is a variant that was never released.
    """
    arguments = (model.transformation, model.across_scales, model.within_stage)
    if arguments != ("nested", "selective", True):
        raise InputError(
            "Received a PSSNSC with transformation={!r}, across_scales={!r}, within_stage={!r}; "
            "the authors released weights of preset pss_nsc only.".format(*arguments)
        )
    layers = {}
    for scale, stages in enumerate(model.scales):
        for stage, roles in enumerate(stages, start=1):
            [extraction], [reconstruction] = roles[FEATURE_EXTRACTION], roles[RECONSTRUCTION]
            layers[f"enc{stage}_1_{scale}"] = extraction
            layers[_reconstruction_name(stage, scale)] = reconstruction
            layers.update(_nested_layers(f"enc{stage}_2", roles[ENCODER_TRANSFORMATION][0]))
            layers.update(_nested_layers(f"dec{stage}_2", roles[DECODER_TRANSFORMATION][0]))
    return {
        f"g_net/{name}/{kind}": variable
        for name, layer in layers.items()
        for kind, variable in (("weights", layer.kernel), ("biases", layer.bias))
    }


def read_tensors(source: Path, model: keras.Model) -> tuple[dict[str, np.ndarray], list[str]]:
    """Reads every tensor of the network in the checkpoint `source`, by release name.

    TensorFlow 1 stored kernels in the layout Keras uses, those of transposed
    convolutions too.

    Returns:
      A pair of: dict from release name to array; names of files left out, none here.

    Raises:
      InputError: when `source` is no checkpoint's prefix, or one that is damaged.
    """
    del model  # a checkpoint holds one network and all of it is read
    if not recognizes(source):
        raise InputError(
            f"{source}: expected a checkpoint's prefix, e.g. PATH/deblur_model where "
            "PATH/deblur_model.index and PATH/deblur_model.data-00000-of-00001 exist; received "
            f"{'a folder' if source.is_dir() else 'a path without an .index file beside it'}."
        )
    try:
        bundle = TensorBundle(source)
        names = [name for name in bundle.entries if not _TRAINING_STATE.fullmatch(name)]
        return bundle.read(names), []
    except InputError as error:
        reason = str(error)
    except Exception as error:  # the parser's ways to fail on arbitrary bytes are many
        reason = f"{type(error).__name__}: {shown(' '.join(str(error).split()), limit=200)}"
    raise InputError(
        f"{source}: reading the TensorFlow checkpoint failed: {reason}. A file may be missing, "
        "damaged or truncated."
    )


def _reconstruction_name(stage, scale):
    return f"dec1_0_{scale}" if stage == 1 else f"dec{stage - 1}_3_{scale}"


def _nested_layers(prefix, module):
    layers = {}
    for unit, pair in enumerate(module.pairs, start=1):
        layers[f"{prefix}/d{unit}/conv1"] = pair.conv_1
        layers[f"{prefix}/d{unit}/conv2"] = pair.conv_2
    return layers
