"""SavedModels that do something else than restore images."""

import pytest
import tensorflow as tf

from tests.reference import checkpoint_files
from tfdeblur.errors import InputError
from tfdeblur.inference.runtimes.saved_model import SavedModelRuntime


class _Network(tf.Module):
    def __init__(self, act):
        super().__init__()
        self._act = act
        self.scale = tf.Variable(1.0)

    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 3), tf.float32, "images")])
    def restore(self, images):
        with tf.control_dependencies([act] if (act := self._act()) is not None else []):
            return {"restored": images * self.scale}


@pytest.fixture
def canary(tmp_path):
    return tmp_path / "canary"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "network"


def save(path, act):
    network = _Network(act)
    tf.saved_model.save(network, str(path), {"float": network.restore})


def attacks(canary):
    """Name -> (what the network does besides, the operation that the refusal names)."""
    name = str(canary)
    return {
        "write": (lambda: tf.io.write_file(name, "x"), "WriteFile"),
        "read": (lambda: tf.io.read_file("/etc/hostname"), "ReadFile"),
        "print": (lambda: tf.print("x", output_stream=f"file://{name}"), "StringFormat|PrintV2"),
        "python": (lambda: tf.numpy_function(lambda: 1, [], tf.int64), "PyFunc"),
        "debug": (
            lambda: tf.raw_ops.DebugIdentityV2(
                input=tf.ones(1), tensor_debug_mode=2, debug_urls=[f"file://{name}"]
            ),
            "DebugIdentityV2",
        ),
        "in a branch": (
            lambda: tf.cond(
                tf.reduce_sum(tf.ones(3)) >= 0,
                lambda: tf.io.write_file(name, "x"),
                lambda: tf.no_op(),
            ),
            "WriteFile",
        ),
    }


@pytest.mark.parametrize("kind", attacks("canary"))
def test_programs_are_refused_by_the_name_of_the_operation(path, canary, kind):
    act, operation = attacks(canary)[kind]
    save(path, act)
    with pytest.raises(InputError, match=f"the operation ({operation}), which") as error:
        SavedModelRuntime(path)
    assert "\n" not in str(error.value)
    assert not canary.exists()


def test_the_attack_works_where_nothing_is_checked(path, canary):
    save(path, attacks(canary)["write"][0])
    tf.saved_model.load(str(path)).signatures["float"](images=tf.ones((1, 2, 2, 3)))
    assert canary.exists()


def test_networks_from_elsewhere_still_run(path, rng):
    save(path, lambda: None)
    images = rng.random((1, 4, 5, 3), "float32")
    assert (SavedModelRuntime(path)(images) == images).all()


def test_an_index_that_would_end_the_process_is_refused(path):
    save(path, lambda: None)
    values = bytes(16)
    entries = {"scale/.ATTRIBUTES/VARIABLE_VALUE": checkpoint_files.entry([-1], values)}
    checkpoint_files.write(path / "variables" / "variables", entries, values)
    with pytest.raises(InputError, match="impossible shape"):
        SavedModelRuntime(path)


def test_one_that_gives_something_else_than_images_is_told_in_a_line(path):
    class Smaller(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((None, None, None, 3), tf.float32, "images")])
        def restore(self, images):
            return {"restored": images[:, 1:]}

    network = Smaller()
    tf.saved_model.save(network, str(path), {"float": network.restore})
    with pytest.raises(InputError, match=r"of shape \(1, 4, 5, 3\) it gave \(1, 3, 5, 3\)"):
        SavedModelRuntime(path)(tf.ones((1, 4, 5, 3)))
