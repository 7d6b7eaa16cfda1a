"""The optimizer of a run: Adam or AdamW of Keras, and the norm of its gradients."""

import dataclasses
from collections.abc import Callable

import keras

from tfdeblur.errors import InputError, require
from tfdeblur.training import schedules
from tfdeblur.training.schedules import check_number


@dataclasses.dataclass(frozen=True)
class OptimizerSettings:
    """Settings of the optimizer.

    Attributes:
      schedule: function (steps) -> learning-rate schedule, see
        `tfdeblur.training.schedules`.
      algorithm: "adam", as in both papers, or "adamw".
      epsilon: of Adam, 1e-8 in both releases.
      weight_decay: of AdamW.
      clip_norm: most that the norm of all gradients together may be, or None.
      ema_decay: decay of a moving average of the weights, with which validation, the
        end's evaluation and what is exported are made; None is no average.
      accumulation_steps: batches whose gradients are averaged for one update; None is 1.
    """

    schedule: Callable = schedules.constant
    algorithm: str = "adam"
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    clip_norm: float | None = None
    ema_decay: float | None = None
    accumulation_steps: int | None = None

    def __post_init__(self):
        require(
            callable(self.schedule),
            "OptimizerSettings.schedule",
            self.schedule,
            "a function of schedules, as the files of optim/ bind",
        )
        check_number("OptimizerSettings.epsilon", self.epsilon)
        check_number("OptimizerSettings.weight_decay", self.weight_decay)
        if self.clip_norm is not None:
            check_number("OptimizerSettings.clip_norm", self.clip_norm)
        if self.ema_decay is not None:
            check_number("OptimizerSettings.ema_decay", self.ema_decay, most=1)


class _GradientNorm(keras.optimizers.Optimizer):
    """Remembers the norm of all gradients together, before they are clipped."""

    def build(self, variables):
        if self.built:
            # Another variable would make Keras pass over the optimizer's state in a checkpoint.
            return
        super().build(variables)
        # Replicas see gradients of their own; what is shown is the mean of their norms.
        self.gradient_norm = self.add_variable((), name="gradient_norm", aggregation="mean")

    def apply(self, grads, trainable_variables=None):
        super().apply(grads, trainable_variables)
        squares = [keras.ops.sum(keras.ops.square(g)) for g in grads if g is not None]
        self.gradient_norm.assign(keras.ops.sqrt(sum(squares)))


class Adam(_GradientNorm, keras.optimizers.Adam):
    """Adam that knows the norm of the last gradients, as `gradient_norm`."""


class AdamW(_GradientNorm, keras.optimizers.AdamW):
    """AdamW that knows the norm of the last gradients, as `gradient_norm`."""


_ALGORITHMS = {"adam": Adam, "adamw": AdamW}


def build_optimizer(settings, steps):
    """The optimizer for a run of `steps` steps; call it in the scope of the run's strategy."""
    if settings.algorithm not in _ALGORITHMS:
        raise InputError(
            f"Received OptimizerSettings.algorithm = {settings.algorithm!r}; expected one of "
            f"{', '.join(_ALGORITHMS)}."
        )
    if settings.weight_decay and settings.algorithm != "adamw":
        raise InputError(
            f"Received OptimizerSettings.weight_decay = {settings.weight_decay} for "
            f"{settings.algorithm!r}; expected algorithm 'adamw' with it."
        )
    accumulation_steps = settings.accumulation_steps
    if accumulation_steps is not None and not (
        isinstance(accumulation_steps, int) and accumulation_steps >= 1
    ):
        raise InputError(
            f"Received OptimizerSettings.accumulation_steps = {accumulation_steps!r}; expected a "
            "whole number of at least 1, or None."
        )
    decay = {"weight_decay": settings.weight_decay} if settings.algorithm == "adamw" else {}
    averaging = (
        {} if settings.ema_decay is None else {"use_ema": True, "ema_momentum": settings.ema_decay}
    )
    return _ALGORITHMS[settings.algorithm](
        settings.schedule(steps),
        epsilon=settings.epsilon,
        global_clipnorm=settings.clip_norm,
        # Keras takes None for one batch an update, and not 1.
        gradient_accumulation_steps=None if accumulation_steps == 1 else accumulation_steps,
        **decay,
        **averaging,
    )


def inner_optimizer(optimizer):
    """What Keras's loss scaling of float16 wraps, or the optimizer itself."""
    return getattr(optimizer, "inner_optimizer", optimizer)
