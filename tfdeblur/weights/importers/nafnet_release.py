"""The weights of the NAFNet release (PyTorch, one `.pth` file with all of a network).

The file holds {"params": state dict}; tensors are named by the modules of the release, such as
`encoders.3.0.conv1.weight` for the first 1x1 convolution of the first block of the fourth stage.
"""

from pathlib import Path

import keras
import numpy as np

from tfdeblur.errors import InputError
from tfdeblur.weights.importers.torch_state_dict import read_state_dict

NAME = "the NAFNet release (a .pth file)"
FAMILIES = ("NAFNet",)


def recognizes(source: Path) -> bool:
    """Says whether `source` is a file named as the release's."""
    return source.suffix == ".pth" and source.is_file()


def expected_variables(model: keras.Model) -> dict[str, keras.Variable]:
    """Maps release name -> Keras variable, for every variable of a `NAFNet`."""
    expected = {}
    for name, layer in (("intro", model.intro), ("ending", model.ending)):
        expected.update(_layer_variables(name, layer))
    stages = {
        **{f"encoders.{i}": blocks for i, blocks in enumerate(model.encoders)},
        "middle_blks": model.middle,
        **{f"decoders.{i}": blocks for i, blocks in enumerate(model.decoders)},
    }
    for stage, blocks in stages.items():
        for number, block in enumerate(blocks):
            expected.update(_block_variables(f"{stage}.{number}", block))
    for number, layer in enumerate(model.downs):
        expected.update(_layer_variables(f"downs.{number}", layer))
    for number, layer in enumerate(model.ups):
        expected.update(_layer_variables(f"ups.{number}.0", layer))
    return expected


def read_tensors(source: Path, model: keras.Model) -> tuple[dict[str, np.ndarray], list[str]]:
    """Reads the tensors of the release's file `source`, in Keras layout; see `dmphn_release`."""
    del model  # one file is one network
    if not source.is_file():
        raise InputError(f"{source}: no such file; expected a .pth file of the NAFNet release.")
    tensors = read_state_dict(source, key="params")
    return {name: _to_keras_layout(name, tensor) for name, tensor in tensors.items()}, []


def _to_keras_layout(name, tensor):
    if name.endswith((".beta", ".gamma")):
        return tensor.reshape(-1)  # (1, c, 1, 1)
    if tensor.ndim != 4:
        return tensor
    if name.endswith("conv2.weight"):  # depthwise: (c, 1, h, w) -> (h, w, c, 1)
        return np.transpose(tensor, (2, 3, 0, 1))
    kernel = np.transpose(tensor, (2, 3, 1, 0))  # (out, in, h, w) -> (h, w, in, out)
    if name.startswith("ups."):
        # PyTorch shuffles channels of (c, 2, 2), TensorFlow those of (2, 2, c).
        *rest, out = kernel.shape
        kernel = kernel.reshape(*rest, out // 4, 4).swapaxes(-1, -2).reshape(kernel.shape)
    return kernel


def _block_variables(name, block):
    expected = {f"{name}.beta": block.beta, f"{name}.gamma": block.gamma}
    for number in range(1, 6):
        expected.update(_layer_variables(f"{name}.conv{number}", getattr(block, f"conv_{number}")))
    expected.update(_layer_variables(f"{name}.sca.1", block.attention))
    for number, norm in ((1, block.norm_1), (2, block.norm_2)):
        expected[f"{name}.norm{number}.weight"] = norm.gamma
        expected[f"{name}.norm{number}.bias"] = norm.beta
    return expected


def _layer_variables(name, layer):
    variables = {f"{name}.weight": layer.kernel}
    if layer.use_bias:
        variables[f"{name}.bias"] = layer.bias
    return variables
