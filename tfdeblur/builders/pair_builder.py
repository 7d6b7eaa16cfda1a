"""Base of the builders of published datasets of blurred and sharp images."""

import dataclasses
import functools
import hashlib
import inspect

import tensorflow_datasets as tfds
from etils import epath

from tfdeblur.builders.content_check import check_pairs
from tfdeblur.builders.file_source import ARCHIVES, find_source
from tfdeblur.builders.pair_layout import (
    FRAME_LIST,
    Layout,
    choose_layout,
    match_pairs,
    read_frame_list,
    top_folders,
)
from tfdeblur.builders.preparation import BeamOption, SolePreparation
from tfdeblur.errors import InputError

CHECKSUMS_FILE = "checksums.sha256"
PARTIAL = "partial"


@dataclasses.dataclass(eq=False)
class PairConfig(tfds.core.BuilderConfig):
    """A variant of a dataset on disk.

    Attributes:
      blur: which of the layout's images is the blurred one.
      allow_partial: whether pairs may be missing.
    """

    blur: str = "blur"
    allow_partial: bool = False


# skip_registration: this base is no dataset that could be loaded by name.
class PairBuilder(  # type: ignore[call-arg]
    SolePreparation, BeamOption, tfds.core.GeneratorBasedBuilder, skip_registration=True
):
    """Pairs from files that a person has downloaded, compared with a list of frames first.

    Nothing is written unless the files are exactly those of the list, and every
    one was read and found whole. What was read is recorded beside the dataset:
    a file of SHA-256 checksums, which `sha256sum -c` understands, and
    `builder.info.metadata`, which holds one checksum over that file, the layout
    that was found and the numbers of pairs.

    With `allow_partial`, pairs may be missing. The result is a configuration of
    its own, whose name ends in "partial", so that a later run cannot take it for
    the whole dataset: "gopro" gives "gopro/blur_partial". Everything else is
    checked as ever.

    On Apache Beam, if asked for (`BeamOption`), images are read and encoded there.

    Subclasses set `FOLDERS`, `LAYOUTS` and `IMAGE_FORMAT`, and lie in a folder
    with the list of frames.

    Args:
      allow_partial: accept that pairs are missing.
      config: as in TFDS, or a `PairConfig`.
      **kwargs: as in TFDS.
    """

    # Names of the folder, or with .zip or .tar of the archive, that a person puts in manual_dir.
    FOLDERS: tuple[str, ...] = ()
    # Which layout is the right one is found out from the files, whatever the folder's name.
    LAYOUTS: tuple[Layout, ...] = ()
    IMAGE_FORMAT = "png"

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        # TFDS infers both from the name of the module. In an editable installation that
        # leads to tfdeblur/tfds_builders, which does not exist.
        cls.code_path = epath.Path(inspect.getfile(cls))
        cls.pkg_dir_path = cls.code_path.parent

    def __init__(self, *, allow_partial=False, config=None, **kwargs):
        if allow_partial:
            config = self._partial_config(config)
        super().__init__(config=config, **kwargs)

    def _partial_config(self, config):
        if isinstance(config, str):
            name = config.removesuffix(PARTIAL).rstrip("_")
            if name and name not in self.builder_configs:
                return config  # TFDS says which names there are
            config = self.builder_configs.get(name)
        config = config or self.get_default_builder_config() or PairConfig(name="")
        if config.allow_partial:
            return config
        return dataclasses.replace(
            config,
            name=f"{config.name}_{PARTIAL}".lstrip("_"),
            description=f"PARTIAL: only the pairs that were found. {config.description or ''}",
            allow_partial=True,
        )

    def frames(self):
        """{split: ["SEQUENCE/FRAME", ...]} of the whole dataset."""
        return read_frame_list(self.pkg_dir_path / FRAME_LIST)

    def _info(self):
        image = functools.partial(
            tfds.features.Image, shape=(None, None, 3), encoding_format=self.IMAGE_FORMAT
        )
        features = {"blur": image(), "sharp": image(), "name": tfds.features.Text()}
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict({**features, **self.more_features()}),
            supervised_keys=("blur", "sharp"),
            metadata=tfds.core.MetadataDict(),
        )

    def more_features(self):
        """Features beside blur, sharp and name: "video" and "frame", or none."""
        return {}

    def _split_generators(self, dl_manager):
        frames = self.frames()
        source = self._find_source(dl_manager, frames)
        layout, pairs = self._find_pairs(source, frames)
        checksums = check_pairs(source, pairs, self.IMAGE_FORMAT)
        self._record(source, layout, frames, pairs, checksums)
        by_split = {split: [pair for pair in pairs if pair.split == split] for split in frames}
        return {
            split: self._generate_examples(source, some) for split, some in by_split.items() if some
        }

    def _find_pairs(self, source, frames):
        config = self.builder_config or PairConfig(name="")
        layout, root = choose_layout(source.paths(), self.LAYOUTS, frames) or (None, "")
        if layout and config.blur not in layout.folders:
            raise InputError(
                f"Received {source.path} in the layout {layout}, which has no {config.blur} "
                f"images; expected the layout {self.LAYOUTS[0]}. {self._expected()}"
            )
        pairs = layout and match_pairs(
            source, layout, root, frames, config.blur, config.allow_partial
        )
        if not pairs:
            raise InputError(
                f"Received {source.path}, which holds no pair of this dataset. {self._expected()}"
            )
        return layout, pairs

    def _find_source(self, dl_manager, frames):
        try:
            manual_dir = dl_manager.manual_dir
        except AssertionError as error:  # TFDS: it does not exist or is empty
            raise InputError(str(error)) from None
        source = find_source(manual_dir, self.FOLDERS, top_folders(self.LAYOUTS, frames))
        if source is None:
            names = ", ".join(
                f"{name}{suffix}" for name in self.FOLDERS for suffix in ("/", *ARCHIVES)
            )
            raise InputError(
                f"Received the folder {manual_dir}, which holds none of {names}. {self._expected()}"
            )
        return source

    def _expected(self):
        return f"Expected, and what to do:\n{self.MANUAL_DOWNLOAD_INSTRUCTIONS}"

    def _record(self, source, layout, frames, pairs, checksums):
        text = "".join(f"{digest}  {path}\n" for path, digest in sorted(checksums.items()))
        (self.data_path / CHECKSUMS_FILE).write_text(text)
        num_pairs = {split: sum(pair.split == split for pair in pairs) for split in frames}
        num_listed = {split: len(names) for split, names in frames.items()}
        self.info.metadata.update(
            partial=num_pairs != num_listed,
            num_pairs=num_pairs,
            num_pairs_of_whole_dataset=num_listed,
            read_from=source.name,
            layout=str(layout),
            sha256_of_checksums=hashlib.sha256(text.encode()).hexdigest(),
        )

    def _generate_examples(self, source, pairs):
        features = tuple(self.info.features)
        return self.examples(functools.partial(_keys_and_examples, source, features), pairs)


def _keys_and_examples(source, features, pair):
    video, frame = pair.name.split("/")
    example = {
        # Bytes as they are: the feature stores them without decoding.
        "blur": source.read(pair.blur),
        "sharp": source.read(pair.sharp),
        "name": pair.name,
        "video": video,
        "frame": frame,
    }
    return [(pair.name, {feature: example[feature] for feature in features})]
