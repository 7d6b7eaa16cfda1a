"""What TensorFlow and JAX do differently when a network is to be timed.

Both return from a call before an accelerator has finished it. The runtimes of
[Zhang19] were taken without waiting, and another group measured the same network
at about twenty times the figure once they did; so every function that is timed
here waits for its result.
"""

import keras


def synchronised(function, jit_compile, variables=()):
    """`function` as one graph whose call returns when the result is there.

    Args:
      function: takes tensors by position and returns tensors.
      jit_compile: True compiles with XLA; False is a plain graph on TensorFlow and
        operation by operation on JAX.
      variables: the Keras variables that `function` reads. JAX would otherwise take
        their values for constants and compile them in.

    Returns:
      A function of the same arguments.
    """
    if _backend() == "jax":
        return _synchronised_jax(function, jit_compile, variables)
    import tensorflow as tf

    graph = tf.function(function, jit_compile=jit_compile)

    def run(*arguments):
        result = graph(*arguments)
        wait()
        return result

    return run


def _synchronised_jax(function, jit_compile, variables):
    import jax

    def stateless(values, *arguments):
        with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
            return function(*arguments)

    compiled = jax.jit(stateless) if jit_compile else stateless

    def run(*arguments):
        values = [variable.value for variable in variables]
        return jax.block_until_ready(compiled(values, *arguments))

    return run


def wait(variables=()):
    """Returns when the devices have done all they were given, `variables` being its results."""
    if _backend() == "jax":
        import jax

        jax.block_until_ready([variable.value for variable in variables])
    else:
        import tensorflow as tf

        tf.test.experimental.sync_devices()


def _backend():
    return keras.backend.backend()
