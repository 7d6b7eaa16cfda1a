"""One training run, from an experiment to trained weights.

`keras.Model.fit` trains; this module puts together what it needs, goes on where an
earlier run in the same folder stopped, and leaves the rest to callbacks.
"""

import contextlib
import dataclasses
import re
from pathlib import Path

import keras
import tensorflow as tf

from tfdeblur.data import training_batches
from tfdeblur.data.pair_source import PairSource
from tfdeblur.data.unreadable import READ_ERRORS, first_unreadable
from tfdeblur.errors import InputError
from tfdeblur.models.precision import precision_scope
from tfdeblur.system.xla import default_jit_compile
from tfdeblur.training import workdir as names
from tfdeblur.training.callbacks.checkpointing import Checkpointing
from tfdeblur.training.callbacks.counting import Counting
from tfdeblur.training.callbacks.history import HistoryFile
from tfdeblur.training.callbacks.non_finite import StopOnNonFinite
from tfdeblur.training.callbacks.tensorboard import TensorBoard
from tfdeblur.training.callbacks.validation import Validation
from tfdeblur.training.checkpoints import Checkpoints
from tfdeblur.training.experiment import Experiment, check_crop_size
from tfdeblur.training.input_wait import InputWait
from tfdeblur.training.optimizers import build_optimizer
from tfdeblur.training.progress import Progress, interruptible
from tfdeblur.training.strategies import Distribution, distribution
from tfdeblur.weights.files import load_weights


@dataclasses.dataclass(frozen=True)
class Prepared:
    """An experiment with its network, data and devices, ready to train.

    Attributes:
      experiment: what was prepared.
      distributed: where it trains.
      model: built and compiled.
      train_source, validation_source: `PairSource` or `Mixture`; the latter may be None.
    """

    experiment: Experiment
    distributed: Distribution
    model: keras.Model
    train_source: PairSource
    validation_source: PairSource | None


def prepare_model(experiment):
    """The network of an experiment, compiled, and its `Distribution`: all but the data.

    Raises:
      InputError: for settings that do not fit the network, the devices or each other.
    """
    run = experiment.run
    if run.deterministic and keras.backend.backend() == "tensorflow":
        tf.config.experimental.enable_op_determinism()
    # Before anything else runs: a cluster cannot be joined later.
    distributed = distribution(run.distribution)
    jit_compile = _jit_compile(run, distributed)
    distributed.check(run.batch_size, jit_compile, experiment.optimizer.accumulation_steps)
    with distributed.scope(), precision_scope(run.precision):
        # Initial weights depend on the seed alone.
        keras.utils.set_random_seed(run.seed)
        model = experiment.unbuilt_network()
        check_crop_size(model, experiment.crops.crop_size)
        model.build((None, None, None, experiment.num_channels))
        if experiment.initial_weights is not None:
            load_weights(model, experiment.initial_weights)
        if experiment.loss is not None:
            model.training_loss = experiment.loss()
        model = distributed.prepare(model)
        model.compile(build_optimizer(experiment.optimizer, run.steps), jit_compile=jit_compile)
    return model, distributed


def prepare_data(experiment):
    """The training source of an experiment, and its validation source or None."""
    validation_data = experiment.validation_data
    return experiment.train_data(), validation_data() if validation_data else None


def prepare(experiment):
    """An experiment made ready to train, as a `Prepared`."""
    model, distributed = prepare_model(experiment)
    return Prepared(experiment, distributed, model, *prepare_data(experiment))


def train(prepared, workdir, texts=None, verbose=0):
    """Trains, or goes on where an earlier call in `workdir` stopped.

    Args:
      prepared: what `prepare` gives; freshly made, whether or not a run goes on.
      workdir: folder of the run; made if there is none. See `tfdeblur.training.workdir`.
      texts: dict from title to text for TensorBoard, such as the configuration.
      verbose: as for `keras.Model.fit`.

    Returns:
      The run's `Progress`; it is interrupted after SIGTERM.

    Raises:
      InputError: when data is unusable, the loss is not finite any more, or the folder
        holds checkpoints of another network.
    """
    workdir = Path(workdir)
    experiment, model, distributed = prepared.experiment, prepared.model, prepared.distributed
    run = experiment.run
    checkpoints = Checkpoints(workdir / names.CHECKPOINTS, experiment.checkpoints.keep)
    step = checkpoints.restore_newest(model)
    progress = Progress(step, run.steps)
    if step < run.steps:
        input_wait = InputWait()
        crops = dataclasses.replace(experiment.crops, seed=run.seed)
        batches = training_batches(
            prepared.train_source,
            run.batch_size,
            crops,
            step,
            distributed.num_workers,
            distributed.worker,
        )
        first_epoch = step // run.steps_per_epoch
        num_epochs = -(-(run.steps - step) // run.steps_per_epoch)
        # A worker that stopped by itself would leave the others waiting for it.
        alone = distributed.num_workers == 1
        stoppable = interruptible(progress) if alone else contextlib.nullcontext()
        with stoppable, _errors_in_words(prepared.train_source):
            model.fit(
                distributed.dataset(input_wait.measured(batches)),
                steps_per_epoch=run.steps_per_epoch,
                initial_epoch=first_epoch,
                epochs=first_epoch + num_epochs,
                callbacks=_callbacks(prepared, workdir, progress, checkpoints, input_wait, texts),
                shuffle=False,
                verbose=verbose if distributed.is_chief else 0,
            )
    return progress


def _callbacks(prepared, workdir, progress, checkpoints, input_wait, texts):
    experiment = prepared.experiment
    report = experiment.report
    schedule = experiment.optimizer.schedule(experiment.run.steps)
    everywhere = [
        Counting(progress, experiment.run.batch_size),
        StopOnNonFinite(progress, schedule, checkpoints),
    ]
    if not prepared.distributed.is_chief:
        return everywhere
    history = HistoryFile(workdir / names.HISTORY, progress)
    validation: list = []
    if prepared.validation_source is not None:
        measured = Validation(
            prepared.validation_source,
            report.num_validation_pairs,
            report.validation_every_epochs,
            progress,
            workdir / names.BEST_WEIGHTS,
            report.num_images,
        )
        measured.best_psnr_db = max(
            (row["val_psnr_db"] for row in history.rows if "val_psnr_db" in row),
            default=measured.best_psnr_db,
        )
        validation = [measured]
    tensorboard = TensorBoard(
        workdir / names.TENSORBOARD,
        progress,
        schedule,
        input_wait,
        report.scalars_every_steps,
        texts or {},
        lambda: validation[0].images if validation else [],
        report.profile_steps,
    )
    saving = Checkpointing(progress, checkpoints, experiment.checkpoints.every_epochs)
    return [*everywhere, *validation, tensorboard, history, saving]


def _jit_compile(run, distributed):
    if run.jit_compile is not None:
        return run.jit_compile
    replicated = keras.backend.backend() == "tensorflow" and distributed.num_replicas > 1
    return default_jit_compile() and not replicated


@contextlib.contextmanager
def _errors_in_words(source):
    try:
        yield
    except READ_ERRORS as error:
        # An assertion names its pair, a decoder does not.
        said = _asserted(error) or (_is_of_data(error) and first_unreadable(source))
        if not said:
            raise
        raise InputError(f"Unusable training data: {said}. Mend or remove that pair.") from error
    except tf.errors.ResourceExhaustedError as error:
        raise InputError(
            "The memory ran out while training; lower BATCH_SIZE or CROP_SIZE, or use "
            "RunSettings.precision = 'bfloat16'."
        ) from error
    except tf.errors.UnavailableError as error:
        raise InputError(
            "A worker was lost; start all of them again with the same command, which goes on from "
            "the last checkpoint."
        ) from error


def _is_of_data(error):
    """Whether it is worth reading all pairs to find the one; other arguments can be invalid too."""
    return not isinstance(error, tf.errors.InvalidArgumentError) or bool(
        re.search("[Dd]ecode|PNG|JPEG|BMP|image", error.message)
    )


def _asserted(error):
    """What an assertion of the input pipeline says in one line, or None."""
    if found := re.search(r"assertion failed: (.*)", error.message):
        # An assertion's parts come in brackets.
        said = re.sub(r"\] \[|^\[|\]$", " ", found[1])
        return " ".join(said.split()).replace("b'", "'")
    return None
