"""synthetic_blur: pairs with motion blur made from sharp photographs, without a download."""

import dataclasses
import functools
import zlib
from pathlib import Path

import cv2
import numpy as np
import tensorflow_datasets as tfds
from etils import epath

from tfdeblur.builders.preparation import BeamOption, SolePreparation
from tfdeblur.synthesis.photographs import embedded_photographs, fingerprint, photographs_in
from tfdeblur.synthesis.synthesis import MotionSettings, SensorSettings, synthesize_pair

# Part of what the version stands for: the same version gives the same bytes.
_SEED = 2019
_NUM_TEXTURES = 4


@dataclasses.dataclass(eq=False)
class SyntheticBlurConfig(tfds.core.BuilderConfig):
    """What the pairs are made of and how; a config of other values needs a name of its own.

    Attributes:
      sharp_dir: folder of sharp photographs, or None for those of scikit-image.
      size: height and width of the pairs in pixels.
      train_pairs: pairs per photograph to train on.
      test_pairs: pairs per photograph held out.
      enlargement: least and most that photographs are enlarged by, drawn uniformly for every
        pair. What a camera stores is softer, pixel for pixel, than a photograph that was
        scaled down to be shown.
      motion, sensor: see `tfdeblur.synthesis.synthesis`.
    """

    sharp_dir: str | None = None
    size: int = 256
    train_pairs: int = 32
    test_pairs: int = 16
    enlargement: tuple[float, float] = (1, 1)
    motion: MotionSettings = dataclasses.field(default_factory=MotionSettings)
    sensor: SensorSettings = dataclasses.field(default_factory=SensorSettings)


class Builder(SolePreparation, BeamOption, tfds.core.GeneratorBasedBuilder):
    """Builder of synthetic_blur.

    Args:
      sharp_dir: folder of sharp photographs to use instead of scikit-image's; short for
        a config with this `sharp_dir`, named after the folder and its content, and like
        `config` in everything else if there is one.
      **kwargs: as for every builder.
    """

    # TFDS derives it from the name of the module, which in a checkout is not the path.
    pkg_dir_path = epath.Path(__file__).parent

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}  # noqa: RUF012  (TFDS wants a plain dictionary)
    BUILDER_CONFIGS = [  # noqa: RUF012
        SyntheticBlurConfig(
            name="photographs", description="From the photographs that scikit-image carries."
        ),
        SyntheticBlurConfig(
            name="short_shake",
            description="Short camera shake alone, without moving objects, highlights or noise to "
            "speak of: what a small network can learn in minutes.",
            motion=MotionSettings(
                camera_extent_px=(3, 8), max_rotation_degrees=0.2, num_objects=(0, 0)
            ),
            sensor=SensorSettings(
                highlight_gain=(1, 1), shot_noise=(1e-7, 1e-6), read_noise=(1e-5, 1e-4)
            ),
        ),
        SyntheticBlurConfig(
            name="full_strength",
            # TFDS wants a new major version where existing records change.
            version=tfds.core.Version("2.0.0"),
            release_notes={
                "2.0.0": "Shake that varies with the depth of the scene, up to three objects, "
                "sharpening; some pairs are sharp or merely soft.",
                "1.0.0": "First release.",
            },
            description="Long and nearly straight shake that varies with the depth of the scene, "
            "moving objects, two camera responses, saturated highlights, noise, sharpening and "
            "JPEG; some pairs are sharp or merely soft. What this project's own weights are "
            "trained on.",
            train_pairs=16,
            test_pairs=4,
            enlargement=(1, 2),
            # An exposure is too short for a hand to change its direction much. Where it does, the
            # middle of the exposure, which is the sharp image, cannot be told from the blur.
            motion=MotionSettings(
                num_sub_frames=(7, 25),
                camera_extent_px=(2, 32),
                inertia=(0.998, 1),
                max_rotation_degrees=1,
                num_objects=(0, 3),
                object_extent_px=(1, 40),
                nearness_variation=(0, 1),
                still_probability=0.08,
            ),
            sensor=SensorSettings(
                response=("linear", "gamma2.2"),
                highlight_gain=(1, 2),
                shot_noise=(1e-7, 1e-5),
                read_noise=(1e-5, 1e-3),
                jpeg_quality=(80, 100),
                jpeg_probability=0.2,
                sharpening=(0, 1),
                softness_px=(0.3, 1.5),
                softness_probability=0.08,
            ),
        ),
    ]

    def __init__(self, *, sharp_dir=None, config=None, **kwargs):
        if sharp_dir is not None:
            config = _of_folder(self.BUILDER_CONFIGS, sharp_dir, config)
        super().__init__(config=config, **kwargs)

    def _info(self):
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "blur": tfds.features.Image(shape=(None, None, 3), encoding_format="png"),
                    "sharp": tfds.features.Image(shape=(None, None, 3), encoding_format="png"),
                    "name": tfds.features.Text(),
                }
            ),
            supervised_keys=("blur", "sharp"),
        )

    def _split_generators(self, dl_manager):
        config = self.builder_config
        if config.sharp_dir is None:
            photographs = embedded_photographs()
        else:
            photographs = photographs_in(config.sharp_dir, smallest_side=config.size)
        return {
            "train": self._generate_examples(photographs["train"], config.train_pairs),
            "test": self._generate_examples(photographs["test"], config.test_pairs),
        }

    def _generate_examples(self, photographs, pairs_per_photograph):
        names = list(photographs)
        # Objects come from a photograph itself and a few others of the same split.
        items = [
            {other: photographs[other] for other in (names + names)[i : i + _NUM_TEXTURES]}
            for i in range(len(names))
        ]
        config = self.builder_config
        make = functools.partial(_keys_and_examples, pairs_per_photograph, config)
        return self.examples(make, items)


def _of_folder(configs, sharp_dir, config):
    """`config`, a config, a name or None, with the photographs in the folder `sharp_dir`."""
    if isinstance(config, str):
        config = next((known for known in configs if known.name == config), config)
    if isinstance(config, str) or (config is not None and config.sharp_dir is not None):
        raise ValueError(
            f"Received sharp_dir={str(sharp_dir)!r} and config={config!r}; expected a config of "
            f"{', '.join(known.name for known in configs)}, or one without a sharp_dir of its own."
        )
    folder = Path(sharp_dir).resolve()
    of_folder = f"{folder.name}_{fingerprint(folder)}"
    if config is None:
        return SyntheticBlurConfig(
            name=of_folder,
            description=f"From the photographs in a folder named {folder.name}.",
            sharp_dir=str(folder),
            train_pairs=4,
            test_pairs=4,
        )
    return dataclasses.replace(config, name=f"{config.name}_{of_folder}", sharp_dir=str(folder))


def _keys_and_examples(num_pairs, config, photographs):
    """`num_pairs` pairs of the first of `photographs`, a dict from name to reading function."""
    name = next(iter(photographs))
    textures = [read() for read in photographs.values()]
    for number in range(num_pairs):
        key = f"{name}_{number:03d}"
        rng = np.random.default_rng([_SEED, zlib.crc32(key.encode())])
        enlarged = _enlarged(rng, textures, config.enlargement)
        blur, sharp = synthesize_pair(
            rng,
            enlarged[0],
            (config.size, config.size),
            textures=enlarged,
            motion=config.motion,
            sensor=config.sensor,
        )
        yield key, {"blur": blur, "sharp": sharp, "name": key}


def _enlarged(rng, photographs, bounds):
    if tuple(bounds) == (1, 1):
        return photographs
    factor = rng.uniform(*bounds)
    return [
        cv2.resize(photograph, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
        for photograph in photographs
    ]
