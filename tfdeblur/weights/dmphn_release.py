"""The weights of the DMPHN release ([Zhang19]; PyTorch, one file per encoder and decoder).

A folder holds `encoder_lv1.pkl`, `decoder_lv1.pkl`, ... for each level, each a
state dict whose tensors are named by the release's layer numbers. `layer6.2` is
the second convolution of the first residual block of the encoder's second
stage: the numbers skip the activations between them.
"""

import numpy as np

from tfdeblur.errors import InputError
from tfdeblur.weights.torch_state_dict import read_state_dict

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


def expected_variables(model):
    """Release name -> Keras variable, for every variable of a `DMPHN`.

    Names have the form "FILE:TENSOR", e.g. "encoder_lv1.pkl:layer1.weight".
    """
    expected = {}
    for level, (encoder, decoder) in enumerate(
        zip(model.encoders, model.decoders, strict=True), start=1
    ):
        expected.update(_prefixed(f"encoder_lv{level}.pkl", _encoder_layers(encoder)))
        expected.update(_prefixed(f"decoder_lv{level}.pkl", _decoder_layers(decoder)))
    return expected


def read_tensors(source):
    """Every tensor of the release's folder `source`, by release name, in Keras layout.

    Raises:
      InputError: when `source` is no folder of the release or a file is unsafe or damaged.
    """
    if not source.is_dir():
        raise InputError(
            f"{source}: expected the folder that holds the release's encoder_lv*.pkl and "
            f"decoder_lv*.pkl files; received {'a file' if source.exists() else 'no such folder'}."
        )
    files = sorted(source.glob("*.pkl"))
    if not files:
        raise InputError(
            f"{source}: expected the release's encoder_lv*.pkl and decoder_lv*.pkl files; "
            "the folder holds no .pkl file."
        )
    return {
        f"{file.name}:{name}": _to_keras_layout(tensor)
        for file in files
        for name, tensor in read_state_dict(file).items()
    }


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
