"""Networks as files that run without this package: SavedModel, ONNX and LiteRT."""
