"""Runs every conformance case on the backend that KERAS_BACKEND names.

usage: python -m tests.conformance.run_on_backend WEIGHTS.npz OUTPUTS.npz

Weights are read by "case/index"; outputs are written the same way.
"""

import sys

import keras
import numpy as np

from tests.conformance.cases import CASES


def main(weights_file, outputs_file):
    """Writes the outputs of all cases for the weights given."""
    weights = np.load(weights_file)
    results = {"backend": np.array(keras.backend.backend())}
    for name, case in CASES.items():
        layer = case.build()
        layer.set_weights([weights[f"{name}/{i}"] for i in range(len(layer.weights))])
        for i, output in enumerate(keras.tree.flatten(layer(case.images()))):
            results[f"{name}/{i}"] = keras.ops.convert_to_numpy(output)
    np.savez(outputs_file, **results)


if __name__ == "__main__":
    main(*sys.argv[1:])
