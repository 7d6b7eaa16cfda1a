"""Gin files and SavedModels that do something else than describe or be a network."""

import tensorflow as tf

from tests.reference import checkpoint_files

_NETWORK = """
from __gin__ import dynamic_registration
from tfdeblur import models
MODEL = @models.DMPHN
"""


def hostile_gin_files(canary):
    """Name -> text of a gin file; one that is trusted makes the file `canary`."""
    dynamic = "from __gin__ import dynamic_registration\n"
    touch = f"os.system.command = 'touch {canary}'\n"
    write = f"path = {str(canary)!r}\n"
    return {
        "imports os and calls it": f"{dynamic}import os\nMODEL = @os.system()\n{touch}",
        "imports os plainly": "import os\n",
        "imports a module that does harm": "import antigravity\n",
        "imports the app itself": "import tfdeblur.__main__\n",
        "imports with another name": f"{dynamic}import subprocess as models\nMODEL = @models.run\n",
        "a package's imports": f"{dynamic}from tfdeblur import data\n"
        f"MODEL = @data.tfds_pairs.os.system\n",
        "a module below": f"{dynamic}from tfdeblur import training\n"
        f"MODEL = @training.workdir.write_text\ntraining.workdir.write_text.{write}"
        "training.workdir.write_text.text = 'x'\n",
        "a module's imports": f"{dynamic}from tfdeblur import training\n"
        "MODEL = @training.schedules.keras.saving.load_model\n",
        "an attribute of a function": f"{dynamic}from tfdeblur import data\n"
        "MODEL = @data.folder_pairs.__globals__\n",
        "a method": f"{dynamic}from tfdeblur import models\nMODEL = @models.DMPHN.load_weights\n",
        "atomic_write": f"{dynamic}from tfdeblur import atomic_write\n"
        f"MODEL = @atomic_write.atomic_write\natomic_write.atomic_write.{write}",
        "no network": f"{dynamic}from tfdeblur import data\nMODEL = @data.folder_pairs\n",
        "a network that is called with a call": f"{_NETWORK}models.DMPHN.levels = @os.getcwd()\n",
        "a network whose levels prepare a dataset": f"{_NETWORK}from tfdeblur import data\n"
        f"models.DMPHN.levels = @data.tfds_pairs()\ndata.tfds_pairs.name = 'synthetic_blur'\n"
        f"data.tfds_pairs.data_{write}data.tfds_pairs.prepare = True\n".replace("path", "dir"),
        "includes itself": 'include "{path}"\n',
        "includes an endless device": 'include "/dev/zero"\n',
        "includes no gin file": 'include "/etc/passwd"\n',
        "100,000 brackets": "MODEL = " + "[" * 100_000,
        "50,000 nested calls": "MODEL = " + "(" * 50_000 + "1" + ")" * 50_000 + "\n",
        "a list for a key": "MODEL = {[1]: 2}\n",
        "a number of a million digits": "MODEL = " + "9" * 1_000_000 + "\n",
        "no text": "\x00\x01\x02",
        "control codes": "\x1b]0;owned\x07 = 3\n",
        "nothing": "",
    }


class _Network(tf.Module):
    """Its signature returns what it is given, having done something else as well."""

    def __init__(self, act):
        super().__init__()
        self._act = act
        self.scale = tf.Variable(1.0)

    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 3), tf.float32, "images")])
    def restore(self, images):
        images = self._act(images)
        return {"restored": images * self.scale}


def write_saved_model(path, act=lambda images: images):
    """A SavedModel that restores an image as what `act` makes of it."""
    network = _Network(act)
    tf.saved_model.save(network, str(path), {"float": network.restore})


def hostile_saved_models(canary):
    """Name -> function that writes a SavedModel to a path."""
    name = str(canary)

    def writing(act):
        return lambda path: write_saved_model(path, _then(act))

    return {
        "writes a file": writing(lambda: tf.io.write_file(name, "x")),
        "reads a file": writing(lambda: tf.io.read_file("/etc/passwd")),
        "lists files": writing(lambda: tf.io.matching_files("/*")),
        "prints to a file": writing(lambda: tf.print("x", output_stream=f"file://{name}")),
        "saves a checkpoint": writing(
            lambda: tf.raw_ops.SaveV2(
                prefix=name, tensor_names=["x"], shape_and_slices=[""], tensors=[tf.ones(1)]
            )
        ),
        "calls Python": writing(lambda: tf.numpy_function(lambda: 1, [], tf.int64)),
        "debug operation": writing(
            lambda: tf.raw_ops.DebugIdentityV2(
                input=tf.ones(1), tensor_debug_mode=2, debug_urls=[f"file://{name}"]
            )
        ),
        "writes within a branch": writing(
            lambda: tf.cond(
                tf.reduce_sum(tf.ones(3)) >= 0,
                lambda: tf.io.write_file(name, "x"),
                lambda: tf.no_op(),
            )
        ),
        "reads a table when loaded": _write_table,
        "of TensorFlow 1, with a main operation": lambda path: _write_main_op(path, name),
        "impossible shape of a variable": _write_impossible_index,
    }


def _then(act):
    def restore(images):
        with tf.control_dependencies([_as_operation(act())]):
            return tf.identity(images)

    return restore


def _as_operation(result):
    return tf.no_op() if result is None else result


def _write_table(path):
    network = _Network(lambda images: images)
    vocabulary = path.with_name("vocabulary.txt")
    vocabulary.write_text("a\nb\n")
    network.table = tf.lookup.StaticHashTable(
        tf.lookup.TextFileInitializer(
            str(vocabulary),
            tf.string,
            tf.lookup.TextFileIndex.WHOLE_LINE,
            tf.int64,
            tf.lookup.TextFileIndex.LINE_NUMBER,
        ),
        -1,
    )
    tf.saved_model.save(network, str(path), {"float": network.restore})


def _write_main_op(path, name):
    v1 = tf.compat.v1
    with v1.Graph().as_default(), v1.Session() as session:
        images = v1.placeholder(tf.float32, (None, None, None, 3))
        scale = v1.get_variable("scale", initializer=1.0, use_resource=True)
        session.run(v1.global_variables_initializer())
        signature = v1.saved_model.predict_signature_def(
            {"images": images}, {"restored": images * scale}
        )
        builder = v1.saved_model.Builder(str(path))
        builder.add_meta_graph_and_variables(
            session,
            [v1.saved_model.tag_constants.SERVING],
            {"float": signature},
            main_op=tf.io.write_file(name, "x"),
        )
        builder.save()


def _write_impossible_index(path):
    write_saved_model(path)
    values = bytes(16)
    entries = {"scale/.ATTRIBUTES/VARIABLE_VALUE": checkpoint_files.entry([-1], values)}
    checkpoint_files.write(path / "variables" / "variables", entries, values)
