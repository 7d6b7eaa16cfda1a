"""Pure functions on tensors, written with ``keras.ops`` alone."""

# Before the modules below, of which networks are made: see tfdeblur/keras_registration.py.
import keras  # noqa: F401
