"""What can be chosen, by the names that flags, functions and records use.

Imports nothing: the flags need these before any framework is there.
"""

# What executes a network; those that run on the processor alone, and all.
CPU_ENGINES = ("onnxruntime", "openvino")
ENGINES = ("keras", *CPU_ENGINES)

# What Keras computes with, where speed is measured.
BACKENDS = ("tensorflow", "jax")

# The arithmetic of a network. Those of 16 bits are mixed: weights stay float32.
PRECISIONS = ("float32", "bfloat16", "float16")

# So many mirrored and turned copies of an image are averaged.
ENSEMBLES = (1, 2, 4, 8)

# What a photo can be reduced by before it is restored; "auto" chooses among them.
SCALES = (1, 2, 3, 4)

# How a network's output becomes what is compared: rounded or truncated to 8 bits, or clipped.
QUANTIZATIONS = ("round", "floor", "float")

# What an exported file is, and what it takes.
EXPORT_FORMATS = ("saved_model", "onnx", "litert")
INPUT_TYPES = ("uint8", "float")

# What is done where a result exists.
ON_EXISTING = ("refuse", "skip", "overwrite")
