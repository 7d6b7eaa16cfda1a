"""What a SavedModel may do when it is loaded and run.

A SavedModel is a program: TensorFlow has operations that read and write any file. So
the functions that loading or restoring can reach must consist of arithmetic on tensors
and reading of the model's own variables.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tensorflow.core.protobuf import saved_model_pb2

from tfdeblur.errors import InputError, shown
from tfdeblur.weights.importers.tensor_bundle import TensorBundle

# A network of the project has 0.2 to 5 MB.
_MOST_BYTES = 2**28

_VARIABLES = {"ReadVariableOp", "VarHandleOp"}
_CALLS = {"PartitionedCall", "StatefulPartitionedCall"}
_CONTROL = {"Const", "Identity", "IdentityN", "If", "NoOp", "Placeholder", "StatelessIf"}
# No loops, which may have no end.
_CONTROL |= {"StopGradient"}
_ARRAYS = {"BatchToSpaceND", "BroadcastArgs", "BroadcastTo", "Concat", "ConcatV2", "DepthToSpace"}
_ARRAYS |= {"ExpandDims", "Fill", "Gather", "GatherNd", "GatherV2", "MirrorPad", "OnesLike", "Pack"}
_ARRAYS |= {"Pad", "PadV2", "Range", "Rank", "Reshape", "ResizeBilinear", "ResizeBicubic"}
_ARRAYS |= {"ResizeNearestNeighbor", "ReverseV2", "Shape", "ShapeN", "Size", "Slice"}
_ARRAYS |= {"SpaceToBatchND", "SpaceToDepth", "Split", "SplitV", "Squeeze", "StridedSlice"}
_ARRAYS |= {"Tile", "Transpose", "Unpack", "Where", "ZerosLike"}
_ARITHMETIC = {"Abs", "Add", "AddN", "AddV2", "All", "Any", "Cast", "Ceil", "ClipByValue", "Cos"}
_ARITHMETIC |= {"Div", "DivNoNan", "Einsum", "Equal", "Erf", "Exp", "Floor", "FloorDiv", "FloorMod"}
_ARITHMETIC |= {"Greater", "GreaterEqual", "IsFinite", "IsNan", "Less", "LessEqual", "Log", "Log1p"}
_ARITHMETIC |= {"LogicalAnd", "LogicalNot", "LogicalOr", "Max", "Maximum", "Mean", "Min", "Minimum"}
_ARITHMETIC |= {"Mul", "MulNoNan", "Neg", "NotEqual", "Pow", "Prod", "RealDiv", "Reciprocal"}
_ARITHMETIC |= {"Round", "Rsqrt", "Select", "SelectV2", "Sigmoid", "Sign", "Sin", "Sqrt", "Square"}
_ARITHMETIC |= {"SquaredDifference", "Sub", "Sum", "Tanh", "TruncateDiv", "TruncateMod"}
_NETWORKS = {"AvgPool", "BatchMatMulV2", "BiasAdd", "Conv2D", "Conv2DBackpropInput"}
_NETWORKS |= {"DepthwiseConv2dNative", "Elu", "FusedBatchNormV3", "LeakyRelu", "MatMul", "MaxPool"}
_NETWORKS |= {"Relu", "Relu6", "Selu", "Softmax", "Softplus", "_FusedConv2D"}
_ALLOWED = _VARIABLES | _CALLS | _CONTROL | _ARRAYS | _ARITHMETIC | _NETWORKS


def check_saved_model(path: Path) -> None:
    """Raises InputError unless the SavedModel in the folder `path` only restores images."""
    reason = None
    try:
        _check_program(path / "saved_model.pb")
        # TensorFlow ends the process when an index says what cannot be.
        TensorBundle(path / "variables" / "variables")
    except InputError as error:
        reason = str(error)
    except Exception as error:  # a damaged file can fail in any way
        reason = f"it is damaged ({type(error).__name__})"
    if reason:
        raise InputError(f"{path}: this SavedModel is refused and nothing of it was run: {reason}.")


def _check_program(file: Path) -> None:
    if file.stat().st_size > _MOST_BYTES:
        raise InputError(f"{file.name} is far larger than any network's")
    meta_graphs = saved_model_pb2.SavedModel.FromString(file.read_bytes()).meta_graphs
    # Others run what they name "main op" when they are loaded.
    if len(meta_graphs) != 1 or not meta_graphs[0].HasField("object_graph_def"):
        raise InputError("it was not written by TensorFlow 2")
    [graph] = meta_graphs
    functions = {function.signature.name: function for function in graph.graph_def.library.function}
    # Functions beside these save and restore; TensorFlow does that by its own, and the
    # nodes of the graph itself it does not run.
    to_visit = list(graph.object_graph_def.concrete_functions)
    visited = set()
    while to_visit:
        name = to_visit.pop()
        if name in visited:
            continue
        visited.add(name)
        if name not in functions:
            raise InputError(f"it lacks its function {shown(name)}")
        for node in functions[name].node_def:
            if node.op not in _ALLOWED and node.op not in functions:
                raise InputError(
                    f"it holds the operation {shown(node.op)}, which restoring images does not need"
                )
            to_visit += [node.op] if node.op in functions else []
            to_visit += _named_functions(node)


def _named_functions(node: Any) -> Iterator[str]:
    for value in node.attr.values():
        if value.HasField("func"):
            yield value.func.name
        for function in value.list.func:
            yield function.name
