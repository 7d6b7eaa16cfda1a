"""The weight initialisation of the DMPHN release: normal(0, sqrt(0.5 / n)).

n is the kernel's area times its number of OUTPUT channels. Keras names the two
last axes of a kernel "in" and "out" for convolutions and transposed convolutions
alike, although a transposed kernel is stored (height, width, out, in); the fan
that holds the output channels therefore differs between the two.
"""

import keras


def conv_initializer():
    """For kernels stored (height, width, in, out)."""
    return keras.initializers.VarianceScaling(0.5, "fan_out", "untruncated_normal")


def deconv_initializer():
    """For transposed kernels, stored (height, width, out, in)."""
    return keras.initializers.VarianceScaling(0.5, "fan_in", "untruncated_normal")
