r"""Whether a network can learn at all: trains it on one pair until it knows it by heart.

  python tools/overfit_one_pair.py --steps=500 dmphn_1_2_4 stack2_dmphn vmphn dmsn_2 pss_nsc

A network whose gradients are wrong somewhere gets stuck. The pair is 64x64, made by the
project's own synthesis. Prints the PSNR every 50 steps, and the first step with more
than 40 dB.
"""

import keras
import numpy as np
import skimage.data
from absl import app, flags

import tfdeblur
from tfdeblur.synthesis.synthesis import synthesize_pair
from tfdeblur.training import OptimizerSettings, schedules
from tfdeblur.training.optimizers import build_optimizer

_STEPS = flags.DEFINE_integer("steps", 500, "Steps at most.", lower_bound=1)
_LEARNING_RATE = flags.DEFINE_float("learning_rate", 1e-3, "Highest of a cosine.")
_SEED = flags.DEFINE_integer("seed", 0, "Of the initial weights.")

TARGET_DB = 40.0
_SIZE = (64, 64)


def main(arguments):
    """Trains the presets named in `arguments` one after another."""
    rng = np.random.default_rng(2019)
    pair = synthesize_pair(rng, skimage.data.astronaut(), _SIZE)
    blur, sharp = (image[None].astype(np.float32) / 255 for image in pair)
    for name in arguments[1:]:
        _overfit(name, blur, sharp)


def _overfit(name, blur, sharp):
    keras.utils.set_random_seed(_SEED.value)
    model = tfdeblur.build_model(name)
    settings = OptimizerSettings(schedule=_schedule, clip_norm=1.0)
    model.compile(build_optimizer(settings, _STEPS.value), jit_compile=False)
    for step in range(1, _STEPS.value + 1):
        logs = model.train_on_batch(blur, sharp, return_dict=True)
        model.reset_metrics()
        reached = logs["psnr_db"] > TARGET_DB
        if step % 50 == 0 or step == 1 or reached:
            print(f"{name} step {step}: {logs['psnr_db']:.2f} dB", flush=True)
        if reached:
            break
    print(f"{name}: {'over' if reached else 'NOT over'} {TARGET_DB:g} dB after {step} steps")


def _schedule(steps):
    return schedules.cosine(steps, _LEARNING_RATE.value, warmup_steps=20, final_fraction=0.05)


if __name__ == "__main__":
    app.run(main)
