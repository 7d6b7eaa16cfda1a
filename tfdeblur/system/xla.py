"""Where XLA is the default."""

import keras


def runs_on_accelerator():
    """Whether Keras computes on something else than the processor."""
    if keras.backend.backend() == "jax":
        import jax

        return jax.devices()[0].platform != "cpu"
    import tensorflow as tf

    return bool(tf.config.list_physical_devices("GPU"))


def default_jit_compile():
    """Whether to compile with XLA where nobody says.

    JAX has no other way to make a graph. TensorFlow's own was faster than XLA on CPU.
    """
    return keras.backend.backend() == "jax" or runs_on_accelerator()
