"""The weights of the DMPHN release ([Zhang19]; PyTorch, one file per encoder and decoder).

A folder holds `encoder_lv1.pkl`, `decoder_lv1.pkl`, ... for each level, in a
stack `encoder_s1_lv1.pkl`, ... for each level of each unit. Each file is a
state dict whose tensors are named by the release's layer numbers. `layer6.2` is
the second convolution of the first residual block of the encoder's second
stage: the numbers skip the activations between them.
"""

from pathlib import Path

import keras
import numpy as np

from tfdeblur.errors import InputError
from tfdeblur.models import DMPHN
from tfdeblur.weights.downloads import unit_number
from tfdeblur.weights.importers.torch_state_dict import read_state_dict

NAME = "the DMPHN release (encoder_*.pkl, decoder_*.pkl)"
FAMILIES = ("DMPHN", "Stack")

# Per stage: the convolution, then the residual blocks.
_ENCODER_LAYERS = (
    ("layer1", "layer2", "layer3"),
    ("layer5", "layer6", "layer7"),
    ("layer9", "layer10", "layer11"),
)
# Per stage: the residual blocks, then the convolution.
_DECODER_LAYERS = (
    ("layer13", "layer14", "layer16"),
    ("layer17", "layer18", "layer20"),
    ("layer21", "layer22", "layer24"),
)


def recognizes(source: Path) -> bool:
    """Says whether `source` is a folder with files named as the release's."""
    return source.is_dir() and any(source.glob("*coder_*lv*.pkl"))


def expected_variables(model: keras.Model) -> dict[str, keras.Variable]:
    """Maps release name -> Keras variable, for every variable of a `DMPHN` or a `Stack` of it.

    Names have the form "FILE:TENSOR", e.g. "encoder_lv1.pkl:layer1.weight".
    """
    units = {"": model} if isinstance(model, DMPHN) else _units(model)
    expected = {}
    for prefix, unit in units.items():
        for level, (encoder, decoder) in enumerate(
            zip(unit.encoders, unit.decoders, strict=True), start=1
        ):
            file_name = f"{prefix}lv{level}.pkl"
            expected.update(_prefixed(f"encoder_{file_name}", _encoder_layers(encoder)))
            expected.update(_prefixed(f"decoder_{file_name}", _decoder_layers(decoder)))
    return expected


def read_tensors(source: Path, model: keras.Model) -> tuple[dict[str, np.ndarray], list[str]]:
    """Reads the tensors of the release's folder `source` that can belong to `model`.

    Args:
      source: the folder.
      model: the network to read for. Files of stacked units beyond its last one
        are left out: the release's folder of three units carries such files.

    Returns:
      A pair of: dict from release name to array in Keras layout; names of the
      files left out.

    Raises:
      InputError: when `source` is no folder of the release or a file is unsafe or damaged.
    """
    if not source.is_dir():
        raise InputError(
            f"{source}: expected the folder that holds the release's encoder_*.pkl and "
            f"decoder_*.pkl files; received {'a file' if source.exists() else 'no such folder'}."
        )
    files = sorted(source.glob("*.pkl"))
    if not files:
        raise InputError(
            f"{source}: expected the release's encoder_*.pkl and decoder_*.pkl files; "
            "the folder holds no .pkl file."
        )
    unused = [file.name for file in files if unit_number(file.name) > model.num_units]
    tensors = {
        f"{file.name}:{name}": _to_keras_layout(tensor)
        for file in files
        if file.name not in unused
        for name, tensor in read_state_dict(file).items()
    }
    return tensors, unused


def _units(model):
    if not all(isinstance(unit, DMPHN) for unit in model.units):
        raise InputError("Received a stack of networks that were never released; expected DMPHN.")
    return {f"s{i}_": unit for i, unit in enumerate(model.units, start=1)}


def _to_keras_layout(tensor):
    # PyTorch stores (out, in, h, w), for a transposed convolution (in, out, h, w);
    # Keras (h, w, in, out) and (h, w, out, in). One permutation serves both.
    return np.transpose(tensor, (2, 3, 1, 0)) if tensor.ndim == 4 else tensor


def _prefixed(file_name, layers):
    return {
        f"{file_name}:{layer_name}.{kind}": variable
        for layer_name, layer in layers.items()
        for kind, variable in (("weight", layer.kernel), ("bias", layer.bias))
    }


def _encoder_layers(encoder):
    layers = {}
    for names, conv, blocks in zip(_ENCODER_LAYERS, encoder.convs, encoder.blocks, strict=True):
        layers[names[0]] = getattr(conv, "conv", conv)
        layers.update(_block_layers(names[1:], blocks))
    return layers


def _decoder_layers(decoder):
    layers = {}
    for names, blocks, conv in zip(_DECODER_LAYERS, decoder.blocks, decoder.convs, strict=True):
        layers.update(_block_layers(names[:-1], blocks))
        layers[names[-1]] = conv
    return layers


def _block_layers(names, blocks):
    layers = {}
    for name, block in zip(names, blocks, strict=True):
        layers[f"{name}.0"], layers[f"{name}.2"] = block.conv_1, block.conv_2
    return layers
