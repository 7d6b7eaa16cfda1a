"""Pure functions on tensors, written with ``keras.ops`` alone."""
