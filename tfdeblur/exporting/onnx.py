"""Networks as ONNX files, for ONNX Runtime, OpenVINO, TensorRT and others."""

from tfdeblur.exporting.signatures import INPUT, OUTPUT, Signatures
from tfdeblur.system.atomic_write import atomic_write
from tfdeblur.system.extras import require_extra

# Of 2021: old enough for every runtime in use.
OPSET = 17

_FREE_SIDES = ("batch", "height", "width")


def export_onnx(model, path, depth=None, input_type="float", float16=False):
    """Writes an ONNX file for any batch size, height and width, whole or not at all.

    Its input "images" and its output "restored" are (batch, height, width, 3), both uint8
    or both float32 in [0, 1], of which the output is not clipped; padding is inside. The
    layout is channels last, as images lie in memory.

    Args:
      model: a built `DeblurringModel`, on the TensorFlow backend.
      path: the file to write; an older one is replaced.
      depth: for stacks, how many units to run; None is all that were built.
      input_type: "uint8" or "float"; ONNX files have one signature.
      float16: whether weights are stored in 16 bits. Runtimes cast them to float32 once,
        when they load the file.

    Raises:
      InputError: when the extra `onnx` is not installed or Keras runs on another backend.
    """
    require_onnx()
    function = Signatures(model, depth).of(input_type)
    import tf2onnx

    network, _ = tf2onnx.convert.from_function(function, function.input_signature, opset=OPSET)
    _name_sides(network.graph)
    _name_output(network.graph)
    if float16:
        _store_weights_in_16_bits(network.graph)
    with atomic_write(path) as unfinished:
        unfinished.write_bytes(network.SerializeToString())


def load_onnx(path):
    """What an ONNX file computes: {input type: function from NumPy array to NumPy array}."""
    require_onnx()
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    [only] = session.get_inputs()
    input_type = "uint8" if only.type == "tensor(uint8)" else "float"
    return {input_type: lambda images: session.run([OUTPUT], {INPUT: images})[0]}


def require_onnx():
    """Raises InputError unless what this module needs is installed."""
    require_extra("onnx", ("onnx", "onnxruntime", "tf2onnx"), "ONNX")


def _name_sides(graph):
    """tf2onnx numbers the sides that are free; names say which are the same."""
    for value in (*graph.input, *graph.output):
        for side, name in zip(value.type.tensor_type.shape.dim, _FREE_SIDES, strict=False):
            side.dim_param = name


def _name_output(graph):
    """tf2onnx calls the output Identity:0 whatever the function calls it."""
    [output] = graph.output
    [node] = [node for node in graph.node if output.name in node.output]
    node.output[list(node.output).index(output.name)] = output.name = OUTPUT


def _store_weights_in_16_bits(graph):
    """Replaces the weights of convolutions by halves, cast to float32 where they were."""
    from onnx import TensorProto, helper, numpy_helper

    weights = {name for node in graph.node if "Conv" in node.op_type for name in node.input[1:]}
    casts = []
    for tensor in graph.initializer:
        if tensor.name in weights and tensor.data_type == TensorProto.FLOAT:
            name, halves = tensor.name, numpy_helper.to_array(tensor).astype("float16")
            tensor.CopyFrom(numpy_helper.from_array(halves, f"{name}/float16"))
            casts.append(helper.make_node("Cast", [tensor.name], [name], to=TensorProto.FLOAT))
    # Nodes come after what they read.
    rest = list(graph.node)
    del graph.node[:]
    graph.node.extend([*casts, *rest])
