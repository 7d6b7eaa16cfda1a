"""A small network of each family, trained on whichever backend Keras has."""

import keras
import numpy as np

from tfdeblur.models import DMPHN, PSSNSC

NETWORKS = {
    "dmphn": (lambda: DMPHN((1,)), 3),
    "pss_nsc": (lambda: PSSNSC(num_scales=2, filters=(4, 6), units=1), 1),
}


def losses_before_and_after_fit(name):
    """The loss on the training pairs before, during and after one step."""
    make, channels = NETWORKS[name]
    model = make()
    random = np.random.RandomState(0)
    blur = random.rand(2, 16, 16, channels).astype("float32")
    sharp = random.rand(2, 16, 16, channels).astype("float32")
    model.build((None, None, None, channels))
    model.set_weights([0.05 * random.standard_normal(w.shape) for w in model.get_weights()])
    # XLA would compile for longer than it runs; JAX compiles whatever it is told.
    model.compile(keras.optimizers.Adam(1e-3), jit_compile=keras.backend.backend() == "jax")
    before = model.evaluate(blur, sharp, verbose=0, return_dict=True)["loss"]
    history = model.fit(blur, sharp, epochs=1, batch_size=2, shuffle=False, verbose=0)
    after = model.evaluate(blur, sharp, verbose=0, return_dict=True)["loss"]
    return [before, history.history["loss"][0], after]


def losses_of_all():
    """The same for every network, by name."""
    return {name: losses_before_and_after_fit(name) for name in NETWORKS}
