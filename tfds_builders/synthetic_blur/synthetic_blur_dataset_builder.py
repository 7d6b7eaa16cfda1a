"""synthetic_blur: pairs with motion blur made from sharp photographs, without a download."""

import dataclasses
import functools
import zlib
from pathlib import Path

import numpy as np
import tensorflow_datasets as tfds
from etils import epath

from tfdeblur.blur.photographs import embedded_photographs, fingerprint, photographs_in
from tfdeblur.blur.synthesis import MotionSettings, SensorSettings, synthesize_pair
from tfdeblur.builders.beam_option import BeamOption
from tfdeblur.builders.sole_preparation import SolePreparation

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
      motion, sensor: see `tfdeblur.blur.synthesis`.
    """

    sharp_dir: str | None = None
    size: int = 256
    train_pairs: int = 32
    test_pairs: int = 16
    motion: MotionSettings = dataclasses.field(default_factory=MotionSettings)
    sensor: SensorSettings = dataclasses.field(default_factory=SensorSettings)


class Builder(SolePreparation, BeamOption, tfds.core.GeneratorBasedBuilder):
    """Builder of synthetic_blur.

    Args:
      sharp_dir: folder of sharp photographs to use instead of scikit-image's; short for
        a config with this `sharp_dir`, named after the folder and its content.
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
    ]

    def __init__(self, *, sharp_dir=None, config=None, **kwargs):
        if sharp_dir is not None:
            if config is not None:
                raise ValueError(
                    f"Received sharp_dir={str(sharp_dir)!r} and config={config!r}; expected one "
                    "of them. A SyntheticBlurConfig has a sharp_dir of its own."
                )
            folder = Path(sharp_dir).resolve()
            config = SyntheticBlurConfig(
                name=f"{folder.name}_{fingerprint(folder)}",
                description=f"From the photographs in a folder named {folder.name}.",
                sharp_dir=str(folder),
                train_pairs=4,
                test_pairs=4,
            )
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
        make = functools.partial(
            _keys_and_examples, pairs_per_photograph, config.size, config.motion, config.sensor
        )
        return self.examples(make, items)


def _keys_and_examples(num_pairs, size, motion, sensor, photographs):
    """`num_pairs` pairs of the first of `photographs`, a dict from name to reading function."""
    name = next(iter(photographs))
    textures = [read() for read in photographs.values()]
    for number in range(num_pairs):
        key = f"{name}_{number:03d}"
        rng = np.random.default_rng([_SEED, zlib.crc32(key.encode())])
        blur, sharp = synthesize_pair(
            rng, textures[0], (size, size), textures=textures, motion=motion, sensor=sensor
        )
        yield key, {"blur": blur, "sharp": sharp, "name": key}
