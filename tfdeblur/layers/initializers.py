"""Weight initialisations of the DMPHN family.

"release" is that of the DMPHN release: normal(0, sqrt(0.5 / n)), n the kernel's area
times its number of OUTPUT channels. What passes through such a network becomes smaller
with every stage, by a factor of about 50 in all, and it learns slowly at first.

"variance_preserving" keeps the size of the features (He et al., Delving Deep into
Rectifiers, ICCV 2015, Sec. 2.2), and residual branches begin small (Zhang et al., Fixup
Initialization, ICLR 2019). It is not the papers': small networks that must learn in minutes or
hours begin with it (`experiments/own_weights`).

Keras names the two last axes of a kernel "in" and "out" for convolutions and transposed
convolutions alike, although a transposed kernel is stored (height, width, out, in); the
fans of a transposed one are therefore exchanged here.
"""

import keras

INITIALISATIONS = ("release", "variance_preserving")

# Of a residual branch: its variance in relation to what it is added to.
_BRANCH_VARIANCE = 0.1

# A transposed convolution of 4x4 with stride 2 adds up a quarter of its kernel.
_TAPS_SHARE = 4


def conv_initializer(initialisation="release", relu=False, ends_branch=False):
    """For kernels stored (height, width, in, out).

    Args:
      initialisation: one of `INITIALISATIONS`.
      relu: whether a ReLU follows.
      ends_branch: whether the result is added to something else.

    Raises:
      ValueError: for another initialisation.
    """
    if _is_release(initialisation):
        return keras.initializers.VarianceScaling(0.5, "fan_out", "untruncated_normal")
    scale = _BRANCH_VARIANCE if ends_branch else 2.0 if relu else 1.0
    return keras.initializers.VarianceScaling(scale, "fan_in", "untruncated_normal")


def deconv_initializer(initialisation="release"):
    """For transposed kernels, 4x4 with stride 2, stored (height, width, out, in)."""
    if _is_release(initialisation):
        return keras.initializers.VarianceScaling(0.5, "fan_in", "untruncated_normal")
    return keras.initializers.VarianceScaling(_TAPS_SHARE, "fan_out", "untruncated_normal")


def _is_release(initialisation):
    if initialisation not in INITIALISATIONS:
        raise ValueError(
            f"Received initialisation={initialisation!r}; expected one of "
            f"{', '.join(INITIALISATIONS)}."
        )
    return initialisation == "release"
